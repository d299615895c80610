# sbom.json in the form of cargo-auditable, in which `cargo audit bin` and others look for it inside a
# program. That tool itself would name crates that are not built. $source is Cargo's name for where
# packages come from.

.metadata.component as $root
| ([$root + { root: true }] + .components | sort_by(.name, .version)) as $all
| ($all | to_entries | map({ key: .value["bom-ref"], value: .key }) | from_entries) as $at
| (.dependencies | map({ key: .ref, value: .dependsOn }) | from_entries) as $needs
| { packages: [ $all[] | . as $it
    | { name, version, source: (if .root then "local" else $source end) }
      + (if .scope == "excluded" then { kind: "build" } else {} end)
      + ([$needs[$it["bom-ref"]][] | $at[.]] | sort | if . == [] then {} else { dependencies: . } end)
      + (if .root then { root: true } else {} end) ] }
