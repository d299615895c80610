//! The disks of this server.

use std::path::PathBuf;

/// File systems that hold this server's own files. Others are another machine's, or the kernel's.
const LOCAL: [&str; 11] =
    ["ext2", "ext3", "ext4", "xfs", "btrfs", "bcachefs", "f2fs", "zfs", "tmpfs", "vfat", "jfs"];

/// Mount points of local disks, `/` always among them. Mount points below one of the temporary
/// folders or of `/run/user` come as well.
pub(super) fn roots() -> Vec<PathBuf> {
    let table = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    parse_roots(&table)
}

/// proc(5): field 5 is the mount point, with octal escapes; after ` - ` comes the type. Of several
/// mounts of one device and root only one is searched.
pub(in crate::host) fn parse_roots(table: &str) -> Vec<PathBuf> {
    let mut seen = std::collections::HashSet::new();
    let mut roots = vec![PathBuf::from("/")];
    for line in table.lines() {
        let Some((left, right)) = line.split_once(" - ") else { continue };
        let fields: Vec<&str> = left.split(' ').collect();
        let (Some(device), Some(root), Some(point)) = (fields.get(2), fields.get(3), fields.get(4))
        else {
            continue;
        };
        let kind = right.split(' ').next().unwrap_or_default();
        if *point == "/" {
            seen.insert(((*device).to_owned(), (*root).to_owned()));
        } else if LOCAL.contains(&kind) && seen.insert(((*device).to_owned(), (*root).to_owned())) {
            roots.push(PathBuf::from(unescape(point)));
        }
    }
    roots
}

fn unescape(field: &str) -> String {
    field.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn only_local_disks_are_searched_and_each_once() {
        let table = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
                     23 22 0:5 / /proc rw - proc proc rw\n\
                     24 22 8:2 / /data\\040disk rw - xfs /dev/sdb rw\n\
                     25 22 8:2 / /again rw - xfs /dev/sdb rw\n\
                     26 22 0:40 / /mnt/nfs rw - nfs4 server:/ rw\n";
        assert_eq!(parse_roots(table), [PathBuf::from("/"), PathBuf::from("/data disk")]);
    }
}
