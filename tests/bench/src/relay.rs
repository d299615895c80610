//! A relay that adds a round trip's time: what netem would do, which is not in every kernel.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// `bench relay FROM TO MILLISECONDS`, until it is killed.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let [from, to, milliseconds] = arguments else { return ExitCode::from(2) };
    let Ok(milliseconds) = milliseconds.parse() else { return ExitCode::from(2) };
    let trip = Duration::from_millis(milliseconds);
    let listener = TcpListener::bind(from.as_str()).expect("listen");
    println!("ready");
    for client in listener.incoming().flatten() {
        let Ok(server) = TcpStream::connect(to.as_str()) else { continue };
        for stream in [&client, &server] {
            let _ = stream.set_nodelay(true);
        }
        // The kernel has answered the client's SYN at once: the trip that this would have taken is
        // added to what comes first.
        join(&client, &server, trip / 2, trip);
        join(&server, &client, trip / 2, Duration::ZERO);
    }
    ExitCode::SUCCESS
}

/// Passes on what comes from one, to the other, and each piece that much later.
fn join(from: &TcpStream, to: &TcpStream, delay: Duration, first: Duration) {
    let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
    let (sender, receiver): (Sender<(Instant, Vec<u8>)>, Receiver<_>) = channel();
    let opened = Instant::now() + first;
    thread::spawn(move || {
        let mut piece = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            let due = Instant::now().max(opened) + delay;
            if sender.send((due, piece[..length].to_vec())).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
