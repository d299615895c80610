//! The system calls by which a program changes something outside of itself.

use libc::c_long;

/// Where a call's object is to be found among its arguments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Object {
    /// A path.
    Path(usize),
    /// A path below an open folder.
    At(usize, usize),
    /// Two paths, each below an open folder.
    TwoAt(usize, usize, usize, usize),
    /// Two paths.
    TwoPaths(usize, usize),
    /// An open file; what is written to a pipe, a terminal or a device stays there, and a socket
    /// counts if somebody outside listens.
    Written(usize),
    /// An open file.
    File(usize),
    /// The path of a program.
    Program(usize),
    /// An address, and the socket that shall be connected or bound to it.
    Address(usize, usize),
    /// A message on a socket, with its own address here, if it has one.
    Message(usize, usize),
    /// A message on a socket, with its address in a `msghdr`.
    Header(usize),
    /// A number: a process, flags.
    Number(usize),
}

/// A row: its name, its number, its object, and for those that open a file where the flags are.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) number: c_long,
    pub(crate) object: Object,
    pub(crate) flags: Option<usize>,
}

macro_rules! rows {
    ($($name:ident $number:ident $object:expr;)*) => {
        &[$(Row { name: stringify!($name), number: libc::$number, object: $object, flags: None }),*]
    };
}

use Object::{Address, At, File, Header, Message, Number, Path, Program, TwoAt, TwoPaths, Written};

/// Those that every architecture has. Not here: changes through a mapping of a file (none of the
/// tools that we start writes so), locks, keyrings, and what a process changes about itself.
const COMMON: &[Row] = rows! {
    write SYS_write Written(0);
    writev SYS_writev Written(0);
    pwrite64 SYS_pwrite64 Written(0);
    pwritev SYS_pwritev Written(0);
    pwritev2 SYS_pwritev2 Written(0);
    sendfile SYS_sendfile Written(0);
    splice SYS_splice Written(2);
    copy_file_range SYS_copy_file_range Written(2);
    sendto SYS_sendto Message(0, 4);
    sendmsg SYS_sendmsg Header(0);
    sendmmsg SYS_sendmmsg Header(0);
    connect SYS_connect Address(0, 1);
    bind SYS_bind Address(0, 1);
    truncate SYS_truncate Path(0);
    ftruncate SYS_ftruncate File(0);
    fallocate SYS_fallocate File(0);
    fsync SYS_fsync File(0);
    fdatasync SYS_fdatasync File(0);
    sync SYS_sync Number(0);
    syncfs SYS_syncfs File(0);
    sync_file_range SYS_sync_file_range File(0);
    renameat SYS_renameat TwoAt(0, 1, 2, 3);
    renameat2 SYS_renameat2 TwoAt(0, 1, 2, 3);
    linkat SYS_linkat TwoAt(0, 1, 2, 3);
    symlinkat SYS_symlinkat At(1, 2);
    unlinkat SYS_unlinkat At(0, 1);
    mkdirat SYS_mkdirat At(0, 1);
    mknodat SYS_mknodat At(0, 1);
    fchmod SYS_fchmod File(0);
    fchmodat SYS_fchmodat At(0, 1);
    fchmodat2 SYS_fchmodat2 At(0, 1);
    fchown SYS_fchown File(0);
    fchownat SYS_fchownat At(0, 1);
    utimensat SYS_utimensat At(0, 1);
    setxattr SYS_setxattr Path(0);
    lsetxattr SYS_lsetxattr Path(0);
    fsetxattr SYS_fsetxattr File(0);
    removexattr SYS_removexattr Path(0);
    lremovexattr SYS_lremovexattr Path(0);
    fremovexattr SYS_fremovexattr File(0);
    mount SYS_mount TwoPaths(0, 1);
    umount2 SYS_umount2 Path(0);
    move_mount SYS_move_mount TwoAt(0, 1, 2, 3);
    mount_setattr SYS_mount_setattr At(0, 1);
    pivot_root SYS_pivot_root TwoPaths(0, 1);
    unshare SYS_unshare Number(0);
    setns SYS_setns File(0);
    kill SYS_kill Number(0);
    tkill SYS_tkill Number(0);
    tgkill SYS_tgkill Number(0);
    rt_sigqueueinfo SYS_rt_sigqueueinfo Number(0);
    pidfd_send_signal SYS_pidfd_send_signal File(0);
    execve SYS_execve Program(0);
    execveat SYS_execveat At(0, 1);
    openat2 SYS_openat2 At(0, 1);
};

/// Those of older architectures.
#[cfg(target_arch = "x86_64")]
const OLDER: &[Row] = rows! {
    creat SYS_creat Path(0);
    rename SYS_rename TwoPaths(0, 1);
    link SYS_link TwoPaths(0, 1);
    symlink SYS_symlink Path(1);
    unlink SYS_unlink Path(0);
    mkdir SYS_mkdir Path(0);
    rmdir SYS_rmdir Path(0);
    mknod SYS_mknod Path(0);
    chmod SYS_chmod Path(0);
    chown SYS_chown Path(0);
    lchown SYS_lchown Path(0);
    utime SYS_utime Path(0);
    utimes SYS_utimes Path(0);
    futimesat SYS_futimesat At(0, 1);
};
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[Row] = &[];

/// Those that open a file: of interest only if for writing.
const OPENING: &[Row] = &[
    Row { name: "openat", number: libc::SYS_openat, object: At(0, 1), flags: Some(2) },
    #[cfg(target_arch = "x86_64")]
    Row { name: "open", number: libc::SYS_open, object: Path(0), flags: Some(1) },
];

/// The flags that make an opening one for writing.
pub(crate) const WRITING: i32 = libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC;

/// All of them.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    OPENING.iter().chain(COMMON).chain(OLDER)
}
