//! The loopback server for I/O of kind `net`: answers each request after the latency that it names.
//!
//! The protocol is described in [`crate::worker::net_client`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::time::TimeSpec;

use crate::system::threads;
use crate::worker::net_client::REQUEST_BYTES;

/// The server: one thread, ended when this is dropped.
pub struct NetServer {
    port: u16,
    end: Arc<EventFd>,
    thread: Option<JoinHandle<()>>,
}

impl NetServer {
    /// Starts it on a free port of the loopback interface.
    ///
    /// # Errors
    /// When there is no port, descriptor or thread left.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let end = Arc::new(EventFd::from_flags(EfdFlags::EFD_CLOEXEC)?);
        let ended = Arc::clone(&end);
        let desk = Desk { listener, guests: Vec::new(), vacant: Vec::new(), due: BinaryHeap::new() };
        let thread = threads::start("net server", move || desk.run(&ended))?;
        Ok(Self { port, end, thread: Some(thread) })
    }

    /// Where clients find it.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for NetServer {
    fn drop(&mut self) {
        let _ = self.end.write(1);
        // A panic of the thread has been reported by itself.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// A connection and what has come of its next request.
struct Guest {
    stream: TcpStream,
    request: [u8; REQUEST_BYTES],
    received: usize,
}

struct Desk {
    listener: TcpListener,
    guests: Vec<Option<Guest>>,
    /// Places of guests that have left.
    vacant: Vec<usize>,
    /// Who is to be answered, the soonest first.
    due: BinaryHeap<Reverse<(Instant, usize)>>,
}

impl Desk {
    fn run(mut self, end: &EventFd) {
        loop {
            let (ended, arrivals, speakers) = self.wait(end);
            if ended {
                return;
            }
            for guest in speakers {
                self.hear(guest);
            }
            if arrivals {
                self.welcome();
            }
            self.answer();
        }
    }

    /// Waits for a request, a guest, the time of an answer or the end.
    fn wait(&self, end: &EventFd) -> (bool, bool, Vec<usize>) {
        let places: Vec<usize> = (0..self.guests.len()).filter(|place| self.guests[*place].is_some()).collect();
        let streams = places.iter().filter_map(|place| self.guests[*place].as_ref()).map(|guest| guest.stream.as_fd());
        let mut fds: Vec<PollFd> = [end.as_fd(), self.listener.as_fd()]
            .into_iter()
            .chain(streams)
            .map(|fd| PollFd::new(fd, PollFlags::POLLIN))
            .collect();
        let wait = self.due.peek().map(|Reverse((due, _))| due.saturating_duration_since(Instant::now()));
        // `ppoll` rather than `poll`, whose time-out is in whole milliseconds. An interruption is one more look.
        if ppoll(&mut fds, wait.map(TimeSpec::from), None).is_err() {
            return (false, false, Vec::new());
        }
        let happened = |fd: &PollFd| fd.any().unwrap_or(true);
        let speakers =
            places.into_iter().zip(&fds[2..]).filter(|(_, fd)| happened(fd)).map(|(place, _)| place).collect();
        (happened(&fds[0]), happened(&fds[1]), speakers)
    }

    fn welcome(&mut self) {
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    if stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true)).is_ok() {
                        let guest = Some(Guest { stream, request: [0; REQUEST_BYTES], received: 0 });
                        match self.vacant.pop() {
                            Some(place) => self.guests[place] = guest,
                            None => self.guests.push(guest),
                        }
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // Out of descriptors: the guest waits at the door. Do not knock without rest.
                Err(_) => return thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    fn hear(&mut self, place: usize) {
        let Some(guest) = &mut self.guests[place] else { return };
        match guest.stream.read(&mut guest.request[guest.received..]) {
            Ok(read) if read > 0 => {
                guest.received += read;
                if guest.received == REQUEST_BYTES {
                    guest.received = 0;
                    let latency = Duration::from_nanos(u64::from_le_bytes(guest.request));
                    self.due.push(Reverse((Instant::now() + latency, place)));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            _ => self.dismiss(place),
        }
    }

    fn answer(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((due, place))) = self.due.peek().copied().filter(|Reverse((due, _))| *due <= now) {
            self.due.pop();
            debug_assert!(due <= now);
            let exit_after_printing = self.guests[place].as_mut().map(|guest| guest.stream.write_all(b"."));
            if matches!(exit_after_printing, Some(Err(_))) {
                self.dismiss(place);
            }
        }
    }

    /// A guest leaves; an answer it still has coming must not go to the next one in its place.
    fn dismiss(&mut self, place: usize) {
        self.guests[place] = None;
        self.due.retain(|Reverse((_, guest))| *guest != place);
        self.vacant.push(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::net_client::NetClient;

    #[test]
    fn an_answer_is_never_early() {
        let server = NetServer::start().unwrap();
        let mut client = NetClient::connect(server.port()).unwrap();
        for latency in [0, 300_000, 20_000_000] {
            let asked = Instant::now();
            client.request(latency).unwrap();
            assert!(asked.elapsed() >= Duration::from_nanos(latency));
        }
    }

    #[test]
    fn five_hundred_wait_together_and_not_one_after_the_other() {
        let server = NetServer::start().unwrap();
        let mut clients: Vec<NetClient> = (0..500).map(|_| NetClient::connect(server.port()).unwrap()).collect();
        let asked = Instant::now();
        for client in &mut clients {
            client.send(100_000_000).unwrap();
        }
        for client in &mut clients {
            client.receive().unwrap();
        }
        assert!((Duration::from_millis(100)..Duration::from_secs(20)).contains(&asked.elapsed()));
    }

    #[test]
    fn one_who_leaves_or_babbles_disturbs_nobody() {
        let server = NetServer::start().unwrap();
        let mut leaver = NetClient::connect(server.port()).unwrap();
        leaver.send(50_000_000).unwrap();
        drop(leaver);
        let mut babbler = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
        babbler.write_all(&[0xff; 29]).unwrap();
        let mut client = NetClient::connect(server.port()).unwrap();
        client.request(80_000_000).unwrap();
        client.request(0).unwrap();
    }
}
