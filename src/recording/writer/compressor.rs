//! Optional compression of a recording.

use std::io::{self, Write};
use std::path::Path;

use flate2::write::GzEncoder;

/// The fastest Zstandard level used; higher ones take several times as long for little gain.
const ZSTD_LEVEL: i32 = 1;
/// Binary logarithm of the Zstandard window, in bytes. Lines resemble those before them, so that a window that fits
/// into the cache of a core compresses as well as the larger default, and in two thirds of the time.
const ZSTD_WINDOW_LOG: u32 = 17;

/// Compression of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Plain,
    Gzip,
    Zstd,
}

impl Compression {
    /// Chooses the compression by the file's extension.
    pub(super) fn from_path(path: &Path) -> Self {
        match path.extension() {
            Some(ending) if ending.eq_ignore_ascii_case("zst") => Self::Zstd,
            Some(ending) if ending.eq_ignore_ascii_case("gz") => Self::Gzip,
            _ => Self::Plain,
        }
    }
}

/// A compressing writer.
pub(super) enum Compressor<W: Write> {
    Plain(W),
    Gzip(GzEncoder<W>),
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Compressor<W> {
    pub(super) fn new(compression: Compression, to: W) -> io::Result<Self> {
        Ok(match compression {
            Compression::Plain => Self::Plain(to),
            Compression::Gzip => Self::Gzip(GzEncoder::new(to, flate2::Compression::fast())),
            Compression::Zstd => {
                let mut encoder = zstd::Encoder::new(to, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                encoder.window_log(ZSTD_WINDOW_LOG)?;
                Self::Zstd(encoder)
            }
        })
    }

    pub(super) fn write(&mut self, text: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(to) => to.write_all(text),
            Self::Gzip(encoder) => encoder.write_all(text),
            Self::Zstd(encoder) => encoder.write_all(text),
        }
    }

    /// Flushes the compressor, so that everything written so far can be decompressed even if the file ends here.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(to) => to.flush(),
            Self::Gzip(encoder) => encoder.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }

    /// Finishes the stream and returns the underlying writer.
    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(mut to) => to.flush().map(|()| to),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        }
    }

    pub(super) fn get_ref(&self) -> &W {
        match self {
            Self::Plain(to) => to,
            Self::Gzip(encoder) => encoder.get_ref(),
            Self::Zstd(encoder) => encoder.get_ref(),
        }
    }
}
