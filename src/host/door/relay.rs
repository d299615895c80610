//! The running daemon, brought into a network of our own. There ssh's small pieces are acknowledged at
//! once (`netlink::add_address`); on the server's own loopback a login stands still twice for 40 ms.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrStorage, bind, connect, setsockopt, socket, sockopt,
};
use nix::sys::time::{TimeVal, TimeValLike};

use crate::host::beside::start;
use crate::host::run::{Output, RunError, Tool};

/// How often the end of the client is noticed while its connection is awaited.
const SLICE: u8 = 50;

/// Connects to an address of this server from that same address: to a further one of a network the
/// kernel would by itself come from the first, which the key's line does not allow.
pub(super) fn reach(at: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let family = if at.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let daemon = socket(family, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?;
    // It bounds connect(2) as well (socket(7)).
    let patience = i64::try_from(patience.as_secs()).unwrap_or(i64::MAX);
    setsockopt(&daemon, sockopt::SendTimeout, &TimeVal::seconds(patience))?;
    bind(daemon.as_raw_fd(), &SockaddrStorage::from(SocketAddr::new(at.ip(), 0)))?;
    match connect(daemon.as_raw_fd(), &SockaddrStorage::from(at)) {
        Err(Errno::EINPROGRESS) => Err(Errno::ETIMEDOUT.into()),
        tried => Ok(tried.map(|()| daemon.into())?),
    }
}

/// Runs a client that finds at this address of our network what was connected in another.
pub(super) fn run(
    client: &Tool,
    at: SocketAddr,
    daemon: &TcpStream,
) -> io::Result<Result<Output, RunError>> {
    daemon.set_nodelay(true)?;
    let listener = TcpListener::bind(at)?;
    let near = OnceLock::new();
    thread::scope(|scope| {
        let client = start(scope, || client.run())?;
        let mut passing = Ok(());
        if let Some(stream) = accept(&listener, || client.is_finished())? {
            stream.set_nodelay(true)?;
            let near = near.get_or_init(|| stream);
            passing = start(scope, || pass(near, daemon))
                .and_then(|_| start(scope, || pass(daemon, near)))
                .map(drop);
            if passing.is_err() {
                let _ = near.shutdown(Shutdown::Both);
            }
        }
        let ended = client.join();
        // A daemon that hangs must not hold us up. One that no client came to may be tried again.
        for stream in near.get().into_iter().flat_map(|near| [near, daemon]) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // What nobody handed on says nothing of the daemon.
        passing?;
        ended.map_err(|_| io::Error::other("the client's thread"))
    })
}

/// Hands on what comes, and its end.
fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Waits for the client's connection; none if the client ended before it made one.
pub(super) fn accept(
    listener: &TcpListener,
    ended: impl Fn() -> bool,
) -> io::Result<Option<TcpStream>> {
    loop {
        let mut fds = [PollFd::new(listener.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, PollTimeout::from(SLICE))? > 0 {
            return listener.accept().map(|(stream, _)| Some(stream));
        }
        if ended() {
            return Ok(None);
        }
    }
}
