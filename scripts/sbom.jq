# What the programs are made of, in CycloneDX 1.5, out of `cargo metadata`. That names more crates than
# are built (features nobody asked for), so $built and $linked say which count, as `cargo tree` sees
# it: lines of NAME vVERSION. $sums has lines of NAME VERSION SHA256, from Cargo.lock.

def purl: "pkg:cargo/\(.name)@\(.version)";
def lines: split("\n") | map(select(. != ""));
def set: map({ key: ., value: true }) | from_entries;

($built | lines | set) as $built
| ($linked | lines | set) as $linked
| ($sums | lines | map(split(" ") | { key: "\(.[0]) v\(.[1])", value: .[2] }) | from_entries) as $sum
| (.packages | map({ key: .id, value: (. + { line: "\(.name) v\(.version)" }) }) | from_entries) as $packages
| .resolve.root as $root
# What has no source is this project's own.
| ($packages | map_values(select($built[.line] and (.source or .id == $root)))) as $parts
| {
    bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
    metadata: {
      timestamp: $time,
      component: ($packages[$root] | {
        type: "application", "bom-ref": purl, name, version, purl: purl,
        licenses: [{ expression: .license }],
        properties: [{ name: "commit", value: $commit }]
      })
    },
    components: [
      $parts[] | select(.id != $root)
      | { type: "library", "bom-ref": purl, name, version, purl: purl,
          # What only compiles (build scripts, macros) is not in the program.
          scope: (if $linked[.line] then "required" else "excluded" end) }
        + (if $sum[.line] then { hashes: [{ alg: "SHA-256", content: $sum[.line] }] } else {} end)
        + (if .license then { licenses: [{ expression: (.license | gsub("/"; " OR ")) }] } else {} end)
    ] | sort_by(."bom-ref"),
    dependencies: [
      .resolve.nodes[] | select($parts[.id])
      | { ref: ($packages[.id] | purl),
          dependsOn: ([.deps[] | select(any(.dep_kinds[]; .kind != "dev")) | $parts[.pkg] // empty | purl]
            | unique) }
    ] | sort_by(.ref)
  }
