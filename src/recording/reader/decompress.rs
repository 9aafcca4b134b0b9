//! Decompression.

use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// End of the magic number of a skippable frame, whose first byte is 0x50 to 0x5f. `pzstd` begins with such a frame.
const ZSTD_SKIPPABLE_MAGIC_END: &[u8] = &[0x2a, 0x4d, 0x18];

/// Maximum window size of Zstandard as a power of two: four times what `zstd -19` needs.
const MAX_ZSTD_WINDOW_LOG: u32 = 25;
/// Maximum compression ratio. Recordings compress to a tenth or a twentieth; much higher ratios indicate a
/// decompression bomb.
const MAX_COMPRESSION_RATIO: u64 = 200;
/// Decompressed bytes before the ratio is checked.
const MIN_BYTES_BEFORE_RATIO_CHECK: u64 = 64 << 20;
/// Buffer size.
const BUFFER_SIZE: usize = 256 * 1024;

/// Decompresses a file, if it is compressed.
pub(super) fn decompress(mut file: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = Vec::new();
    file.by_ref().take(ZSTD_MAGIC.len() as u64).read_to_end(&mut magic)?;
    let gzip = magic.starts_with(GZIP_MAGIC);
    let zstd = match *magic {
        [0x50..=0x5f, ref end @ ..] => end == ZSTD_SKIPPABLE_MAGIC_END,
        _ => magic == ZSTD_MAGIC,
    };
    let file = Cursor::new(magic).chain(file);
    if !gzip && !zstd {
        return Ok(Box::new(file));
    }
    let compressed_bytes = Arc::new(AtomicU64::new(0));
    let file = BufReader::with_capacity(BUFFER_SIZE, CountingReader { file, bytes: compressed_bytes.clone() });
    Ok(if gzip {
        Box::new(CompressionRatioLimit { decoder: MultiGzDecoder::new(file), bytes: 0, compressed_bytes })
    } else {
        let mut decoder = zstd::Decoder::with_buffer(file)?;
        decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
        Box::new(CompressionRatioLimit { decoder, bytes: 0, compressed_bytes })
    })
}

/// Counts the bytes read.
struct CountingReader<R> {
    file: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Fails if the compression ratio is implausible.
struct CompressionRatioLimit<R> {
    decoder: R,
    bytes: u64,
    compressed_bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for CompressionRatioLimit<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes
            > MIN_BYTES_BEFORE_RATIO_CHECK + MAX_COMPRESSION_RATIO * self.compressed_bytes.load(Ordering::Relaxed)
        {
            return Err(io::Error::other("its compression ratio is too high for a recording"));
        }
        let n = self.decoder.read(buffer)?;
        self.bytes += n as u64;
        Ok(n)
    }
}
