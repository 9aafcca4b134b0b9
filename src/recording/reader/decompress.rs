//! Decompression.

use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Maximum window size of Zstandard as a power of two: four times what `zstd -19` needs.
const WINDOW: u32 = 25;
/// Maximum compression ratio. Recordings compress to a tenth or a twentieth; much higher ratios indicate a
/// decompression bomb.
const MAX_RATIO: u64 = 200;
/// Decompressed bytes before the ratio is checked.
const MIN_CHECKED: u64 = 64 << 20;
/// Buffer size.
const BUFFER: usize = 256 * 1024;

/// Decompresses a file, if it is compressed.
pub(super) fn decompress(mut file: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = Vec::new();
    file.by_ref().take(ZSTD.len() as u64).read_to_end(&mut magic)?;
    let (gzip, zstd) = (magic.starts_with(GZIP), magic.starts_with(ZSTD));
    let file = Cursor::new(magic).chain(file);
    if !gzip && !zstd {
        return Ok(Box::new(file));
    }
    let packed = Arc::new(AtomicU64::new(0));
    let file = BufReader::with_capacity(BUFFER, Counted { file, bytes: packed.clone() });
    Ok(if gzip {
        Box::new(RatioLimit { unpacked: MultiGzDecoder::new(file), bytes: 0, packed })
    } else {
        let mut decoder = zstd::Decoder::with_buffer(file)?;
        decoder.window_log_max(WINDOW)?;
        Box::new(RatioLimit { unpacked: decoder, bytes: 0, packed })
    })
}

/// Counts the bytes read.
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

/// Fails if the compression ratio is implausible.
struct RatioLimit<R> {
    unpacked: R,
    bytes: u64,
    packed: Arc<AtomicU64>,
}

impl<R: Read> Read for RatioLimit<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes > MIN_CHECKED + MAX_RATIO * self.packed.load(Ordering::Relaxed) {
            return Err(io::Error::other("it unpacks to far more than a recording of its size holds"));
        }
        let n = self.unpacked.read(buffer)?;
        self.bytes += n as u64;
        Ok(n)
    }
}
