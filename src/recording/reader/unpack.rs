//! The bytes of a recording, unpacked where it is packed.

use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The most memory that unpacking may ask for, as a power of two: four times what `zstd -19` needs.
const WINDOW: u32 = 25;
/// A recording shrinks to a tenth or a twentieth. What unpacks to much more than this many times its size was made to
/// fill somebody's memory.
const TIGHTEST: u64 = 200;
/// That much may come out before anybody asks.
const FREE: u64 = 64 << 20;
/// The file is read in pieces of this size.
const PIECE: usize = 256 * 1024;

/// Reads the file as it was before it was packed.
pub(super) fn unpack(mut file: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = Vec::new();
    file.by_ref().take(ZSTD.len() as u64).read_to_end(&mut magic)?;
    let (gzip, zstd) = (magic.starts_with(GZIP), magic.starts_with(ZSTD));
    let file = Cursor::new(magic).chain(file);
    if !gzip && !zstd {
        return Ok(Box::new(file));
    }
    let packed = Arc::new(AtomicU64::new(0));
    let file = BufReader::with_capacity(PIECE, Counted { file, bytes: packed.clone() });
    Ok(if gzip {
        Box::new(Guarded { unpacked: MultiGzDecoder::new(file), bytes: 0, packed })
    } else {
        let mut decoder = zstd::Decoder::with_buffer(file)?;
        decoder.window_log_max(WINDOW)?;
        Box::new(Guarded { unpacked: decoder, bytes: 0, packed })
    })
}

/// Counts what is read.
struct Counted<R> {
    file: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Ends where more comes out of a file than a recording can hold.
struct Guarded<R> {
    unpacked: R,
    bytes: u64,
    packed: Arc<AtomicU64>,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes > FREE + TIGHTEST * self.packed.load(Ordering::Relaxed) {
            return Err(io::Error::other("it unpacks to far more than a recording of its size holds"));
        }
        let n = self.unpacked.read(buffer)?;
        self.bytes += n as u64;
        Ok(n)
    }
}
