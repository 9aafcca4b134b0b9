//! Client of the loopback server for I/O of kind `net`.
//!
//! A request is the latency in ns as eight bytes (little endian); the server answers with one byte after that latency.
//! A client has at most one request in flight.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

/// Bytes of a request.
pub const REQUEST_BYTES: usize = size_of::<u64>();

/// A connection to the server.
pub struct NetClient(TcpStream);

impl NetClient {
    /// Connects to the server on this port of the loopback interface.
    pub fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Sends a request and waits for the response, which arrives after `latency_ns`.
    pub fn request(&mut self, latency_ns: u64) -> io::Result<()> {
        self.send(latency_ns)?;
        self.receive()
    }

    /// Sends a request.
    pub fn send(&mut self, latency_ns: u64) -> io::Result<()> {
        self.0.write_all(&latency_ns.to_le_bytes())
    }

    /// Waits for the response to the request that was sent.
    pub fn receive(&mut self) -> io::Result<()> {
        self.0.read_exact(&mut [0])
    }
}
