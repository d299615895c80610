//! Leaves the reading of debug information out of the published program: it would be a twentieth of the
//! download, and has nothing to read in a stripped program.
//!
//! std asks the unwinder for the frames of a backtrace, and names each. Here is an unwinder that has none.
//! The optimiser sees that what it is given is not used, and drops all that only a frame would need. Only
//! where a panic aborts (the release profile) and musl is linked in: elsewhere the real unwinder stays.
//! `scripts/no-unwinding.ld` leaves out the tables that it would read.

#[cfg(all(panic = "abort", target_env = "musl"))]
mod unwinder {
    use std::ffi::{c_int, c_void};
    use std::process::abort;

    /// `_URC_END_OF_STACK` of the Itanium C++ ABI, level I, 1.2.
    const END_OF_STACK: c_int = 5;

    #[allow(unsafe_code, reason = "a name that std links to; what is passed is not touched")]
    #[unsafe(no_mangle)]
    extern "C" fn _Unwind_Backtrace(_each: *const c_void, _with: *mut c_void) -> c_int {
        END_OF_STACK
    }

    /// What is called for a frame alone, of which there is none.
    macro_rules! never {
        ($($name:ident)*) => { $(
            #[allow(unsafe_code, reason = "a name that std links to; what is passed is not touched")]
            #[unsafe(no_mangle)]
            extern "C" fn $name() -> ! {
                abort()
            }
        )* };
    }

    never! {
        _Unwind_DeleteException _Unwind_FindEnclosingFunction _Unwind_GetCFA _Unwind_GetDataRelBase
        _Unwind_GetIP _Unwind_GetIPInfo _Unwind_GetLanguageSpecificData _Unwind_GetRegionStart
        _Unwind_GetTextRelBase _Unwind_RaiseException _Unwind_Resume _Unwind_SetGR _Unwind_SetIP
    }
}
