//! The kernel's filter that stops a process at the calls of the table, and at no others.

use crate::calls::{WRITING, rows};

#[cfg(target_arch = "x86_64")]
const ARCH: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCH: u32 = 0xc000_00b7;

/// Offsets in `struct seccomp_data`; the machine is little-endian.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const ANY_BIT: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
const RETURN: u32 = libc::BPF_RET | libc::BPF_K;

fn code(code: u32, value: u32, yes: u8, no: u8) -> libc::sock_filter {
    let code = u16::try_from(code).unwrap_or_default();
    libc::sock_filter { code, jt: yes, jf: no, k: value }
}

fn program() -> Vec<libc::sock_filter> {
    let allow = || code(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0);
    let trace = || code(RETURN, libc::SECCOMP_RET_TRACE, 0, 0);
    let mut program = vec![
        code(LOAD, ARCHITECTURE, 0, 0),
        code(EQUAL, ARCH, 1, 0),
        allow(),
        code(LOAD, NUMBER, 0, 0),
    ];
    for row in rows() {
        let number = u32::try_from(row.number).unwrap_or(u32::MAX);
        match row.flags.and_then(|index| u32::try_from(index).ok()) {
            None => program.extend([code(EQUAL, number, 0, 1), trace()]),
            Some(index) => program.extend([
                code(EQUAL, number, 0, 4),
                code(LOAD, ARGUMENTS + 8 * index, 0, 0),
                code(ANY_BIT, WRITING.cast_unsigned(), 0, 1),
                trace(),
                allow(),
            ]),
        }
    }
    program.push(allow());
    program
}

/// Puts the filter on this process and all that it will start. Only root may, without giving up
/// set-uid programs (seccomp(2)); that they work as ever is the point.
pub(crate) fn install() -> Result<(), String> {
    let mut program = program();
    let len = u16::try_from(program.len()).map_err(|_| "the filter is too long")?;
    let filter = libc::sock_fprog { len, filter: program.as_mut_ptr() };
    // SAFETY: the kernel reads `len` instructions from a vector that lives until it returns.
    #[allow(unsafe_code, reason = "nix has no seccomp")]
    let done =
        unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const filter) };
    if done == 0 { Ok(()) } else { Err(format!("seccomp: {}", std::io::Error::last_os_error())) }
}
