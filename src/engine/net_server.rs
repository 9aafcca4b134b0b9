//! Loopback server for I/O of kind `net`: answers each request after the latency given in it.
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

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::time::TimeSpec;

use crate::system::call_error::CallError;
use crate::system::shortage::limit_to_raise;
use crate::system::threads;
use crate::worker::net_client::REQUEST_BYTES;

/// A server on a thread of its own, stopped when dropped.
pub struct NetServer {
    port: u16,
    stop: Arc<EventFd>,
    thread: Option<JoinHandle<Result<(), CallError>>>,
}

impl NetServer {
    /// Starts a server on a free port of the loopback interface.
    pub fn start() -> Result<Self, CallError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(CallError::in_call("bind to 127.0.0.1"))?;
        listener.set_nonblocking(true).map_err(CallError::in_call("ioctl(FIONBIO)"))?;
        let port = listener.local_addr().map_err(CallError::in_call("getsockname"))?.port();
        let stop = EventFd::from_flags(EfdFlags::EFD_CLOEXEC).map_err(CallError::in_call("eventfd2"))?;
        let stop = Arc::new(stop);
        let stopped = Arc::clone(&stop);
        let server_loop =
            NetServerLoop { listener, connections: Vec::new(), closed: Vec::new(), due: BinaryHeap::new() };
        let thread = threads::start("net server", move || server_loop.run(&stopped));
        let thread = thread.map_err(CallError::in_call("start of a thread"))?;
        Ok(Self { port, stop, thread: Some(thread) })
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl NetServer {
    /// Stops the server and returns the error that ended it early, if any.
    pub fn stop(mut self) -> Result<(), CallError> {
        self.join()
    }

    fn join(&mut self) -> Result<(), CallError> {
        let _ = self.stop.write(1);
        // A panic of the thread was already reported by the panic hook.
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or(Ok(()))
    }
}

impl Drop for NetServer {
    fn drop(&mut self) {
        let _ = self.join();
    }
}

/// A connection and the part of its next request that has arrived.
struct Connection {
    stream: TcpStream,
    request: [u8; REQUEST_BYTES],
    received: usize,
}

struct NetServerLoop {
    listener: TcpListener,
    connections: Vec<Option<Connection>>,
    /// Indices of closed connections.
    closed: Vec<usize>,
    /// Pending responses: due time and connection, the earliest first.
    due: BinaryHeap<Reverse<(Instant, usize)>>,
}

impl NetServerLoop {
    /// Serves until `stop` is readable. An error closes all connections, so that no worker waits for a response.
    fn run(mut self, stop: &EventFd) -> Result<(), CallError> {
        loop {
            let (stopped, has_connections, readable) = self.wait_for_requests(stop)?;
            if stopped {
                return Ok(());
            }
            for connection in readable {
                self.receive(connection);
            }
            if has_connections {
                self.accept_connections()?;
            }
            self.send_responses();
        }
    }

    /// Waits for requests, connections, the next response or the end.
    fn wait_for_requests(&self, stop: &EventFd) -> Result<(bool, bool, Vec<usize>), CallError> {
        let open: Vec<usize> = (0..self.connections.len()).filter(|index| self.connections[*index].is_some()).collect();
        let streams = open
            .iter()
            .filter_map(|index| self.connections[*index].as_ref())
            .map(|connection| connection.stream.as_fd());
        let mut fds: Vec<PollFd> = [stop.as_fd(), self.listener.as_fd()]
            .into_iter()
            .chain(streams)
            .map(|fd| PollFd::new(fd, PollFlags::POLLIN))
            .collect();
        let wait = self.due.peek().map(|Reverse((due, _))| due.saturating_duration_since(Instant::now()));
        // `ppoll`, because the timeout of `poll` is in whole milliseconds. After an interruption everything is polled
        // again.
        match ppoll(&mut fds, wait.map(TimeSpec::from), None) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok((false, false, Vec::new())),
            Err(error) => return Err(CallError::new("ppoll", error)),
        }
        let is_ready = |fd: &PollFd| fd.any().unwrap_or(true);
        let readable = open.into_iter().zip(&fds[2..]).filter(|(_, fd)| is_ready(fd)).map(|(index, _)| index).collect();
        Ok((is_ready(&fds[0]), is_ready(&fds[1]), readable))
    }

    fn accept_connections(&mut self) -> Result<(), CallError> {
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    if stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true)).is_ok() {
                        let connection = Some(Connection { stream, request: [0; REQUEST_BYTES], received: 0 });
                        match self.closed.pop() {
                            Some(index) => self.connections[index] = connection,
                            None => self.connections.push(connection),
                        }
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                // The client has closed the connection.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) if limit_to_raise(&error).is_some() => {
                    // Out of file descriptors or memory: back off before accepting again.
                    thread::sleep(Duration::from_millis(1));
                    return Ok(());
                }
                Err(error) => return Err(CallError::new("accept4", error)),
            }
        }
    }

    fn receive(&mut self, index: usize) {
        let Some(connection) = &mut self.connections[index] else { return };
        match connection.stream.read(&mut connection.request[connection.received..]) {
            Ok(read) if read > 0 => {
                connection.received += read;
                if connection.received == REQUEST_BYTES {
                    connection.received = 0;
                    let latency = Duration::from_nanos(u64::from_le_bytes(connection.request));
                    self.due.push(Reverse((Instant::now() + latency, index)));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            _ => self.close(index),
        }
    }

    fn send_responses(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((_, index))) = self.due.peek().copied().filter(|Reverse((due, _))| *due <= now) {
            self.due.pop();
            let written = self.connections[index].as_mut().map(|connection| connection.stream.write_all(b"."));
            if matches!(written, Some(Err(_))) {
                self.close(index);
            }
        }
    }

    /// Closes a connection and drops its pending responses: they must not go to the next connection with its index.
    fn close(&mut self, index: usize) {
        self.connections[index] = None;
        self.due.retain(|Reverse((_, connection))| *connection != index);
        self.closed.push(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::net_client::NetClient;

    #[test]
    fn a_response_is_never_early() {
        let server = NetServer::start().unwrap();
        let mut client = NetClient::connect(server.port()).unwrap();
        for latency in [0, 300_000, 20_000_000] {
            let started = Instant::now();
            client.request(latency).unwrap();
            assert!(started.elapsed() >= Duration::from_nanos(latency));
        }
    }

    #[test]
    fn five_hundred_clients_wait_concurrently() {
        let server = NetServer::start().unwrap();
        let mut clients: Vec<NetClient> = (0..500).map(|_| NetClient::connect(server.port()).unwrap()).collect();
        let started = Instant::now();
        for client in &mut clients {
            client.send(100_000_000).unwrap();
        }
        for client in &mut clients {
            client.receive().unwrap();
        }
        assert!((Duration::from_millis(100)..Duration::from_secs(20)).contains(&started.elapsed()));
    }

    #[test]
    fn closed_and_invalid_clients_do_not_affect_others() {
        let server = NetServer::start().unwrap();
        let mut closing = NetClient::connect(server.port()).unwrap();
        closing.send(50_000_000).unwrap();
        drop(closing);
        let mut invalid = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
        invalid.write_all(&[0xff; 29]).unwrap();
        let mut client = NetClient::connect(server.port()).unwrap();
        client.request(80_000_000).unwrap();
        client.request(0).unwrap();
    }
}
