//! The Python files of the shim, embedded in mpviz and written to a directory of this user.

use std::env::temp_dir;
use std::fs::{self, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use tempfile::TempDir;
use thiserror::Error;

use crate::event::text::display_path;
use crate::system::atomic_file::write_file;
use crate::system::dirs;
use crate::system::private_dir::{NotPrivate, create_private_dir};
use crate::system::shortage::describe_error;

macro_rules! shim_files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../assets/python/", $name)))),*]
    };
}

/// The files, by their path in the directory.
const SHIM_FILES: &[(&str, &str)] = shim_files![
    "sitecustomize.py",
    "mpviz_shim/clusters.py",
    "mpviz_shim/dask_plugins.py",
    "mpviz_shim/executors.py",
    "mpviz_shim/names.py",
    "mpviz_shim/patch.py",
    "mpviz_shim/pools.py",
    "mpviz_shim/processes.py",
    "mpviz_shim/ring.py",
    "mpviz_shim/startup.py",
    "mpviz_shim/threads.py",
    "mpviz_shim/workers.py",
];
/// Where the shim keeps its compiled modules.
const CODE_CACHE: &str = "cache";

/// Why a directory is not used for the shim.
#[derive(Debug, Error)]
#[error("{} cannot hold mpviz's Python files: it {problem}", display_path(dir))]
pub struct ShimFilesError {
    dir: PathBuf,
    problem: Problem,
}

#[derive(Debug, Error)]
enum Problem {
    #[error(transparent)]
    NotPrivate(#[from] NotPrivate),
    #[error("cannot be written to: {}", describe_error(.0))]
    Write(#[from] io::Error),
    #[error("has a colon in its path, which PYTHONPATH does not allow")]
    Colon,
}

/// The directory with the shim's files, to be put first in `PYTHONPATH`.
#[derive(Debug)]
pub struct ShimFiles {
    dir: PathBuf,
    /// Set if the directory is deleted with this value.
    _temporary: Option<TempDir>,
}

impl ShimFiles {
    /// Writes the files to the user's cache directory. Where that is not possible, to the directory for temporary
    /// files, under the user's name or under a new one.
    pub fn install() -> Result<Self, ShimFilesError> {
        let version = content_hash();
        let in_cache = dirs::cache_dir().map(|cache| cache.join(format!("python-{version:016x}")));
        let in_temporary = temp_dir().join(format!("mpviz-python-{}-{version:016x}", geteuid()));
        match in_cache.into_iter().chain([in_temporary]).find(|dir| write_files(dir).is_ok()) {
            Some(dir) => Ok(Self { dir, _temporary: None }),
            None => Self::install_in_new_directory(),
        }
    }

    fn install_in_new_directory() -> Result<Self, ShimFilesError> {
        let in_temporary = |problem| ShimFilesError { dir: temp_dir(), problem };
        let permissions = Permissions::from_mode(0o700);
        let created = tempfile::Builder::new().prefix("mpviz-python-").permissions(permissions).tempdir();
        let temporary = created.map_err(|error| in_temporary(error.into()))?;
        write_files(temporary.path()).map_err(in_temporary)?;
        Ok(Self { dir: temporary.path().to_owned(), _temporary: Some(temporary) })
    }

    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// Hash of the files, so that versions of mpviz that differ in them can run at the same time.
fn content_hash() -> u64 {
    let mut hasher = DefaultHasher::new();
    SHIM_FILES.hash(&mut hasher);
    hasher.finish()
}

/// Writes the files that are missing or damaged. Others may do the same at the same time.
fn write_files(dir: &Path) -> Result<(), Problem> {
    if dir.as_os_str().as_bytes().contains(&b':') {
        return Err(Problem::Colon);
    }
    create_private_dir(dir)?;
    for (name, content) in SHIM_FILES {
        let path = dir.join(name);
        create_private_dir(path.parent().unwrap_or(dir))?;
        if fs::read(&path).is_ok_and(|found| found == content.as_bytes()) {
            continue;
        }
        write_file(&path, true, |file| file.write_all(content.as_bytes()))?;
    }
    create_private_dir(&dir.join(CODE_CACHE))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::thread;

    use super::*;

    fn python_files(dir: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        let (dirs, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
        let files = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "py"));
        dirs.iter().flat_map(|dir| python_files(dir)).chain(files).collect()
    }

    #[test]
    fn every_file_of_the_shim_is_embedded() {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/python");
        let found: BTreeSet<_> =
            python_files(&assets).iter().map(|path| path.strip_prefix(&assets).unwrap().to_owned()).collect();
        assert_eq!(found, SHIM_FILES.iter().map(|(name, _)| PathBuf::from(name)).collect());
    }

    #[test]
    fn files_are_written_by_several_at_once_and_repaired() {
        let dir = tempfile::tempdir().unwrap();
        let shim = dir.path().join("shim");
        thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(|| write_files(&shim).unwrap()))));
        fs::write(shim.join("sitecustomize.py"), "damaged").unwrap();
        fs::remove_file(shim.join("mpviz_shim/ring.py")).unwrap();
        write_files(&shim).unwrap();
        for (name, content) in SHIM_FILES {
            assert_eq!(fs::read_to_string(shim.join(name)).unwrap(), *content);
        }
        assert!(shim.join(CODE_CACHE).is_dir());
        assert_eq!(python_files(&shim).len(), SHIM_FILES.len());
    }

    #[test]
    fn a_new_directory_is_used_if_no_other_can_be() {
        let shim = ShimFiles::install_in_new_directory().unwrap();
        let dir = shim.dir().to_owned();
        assert!(dir.join("sitecustomize.py").exists());
        drop(shim);
        assert!(!dir.exists());
    }

    #[test]
    fn directories_that_others_could_fill_are_refused_with_a_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let refusal = |path: &Path| {
            let problem = write_files(path).unwrap_err();
            ShimFilesError { dir: "DIR".into(), problem }.to_string()
        };
        let open = dir.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, PermissionsExt::from_mode(0o777)).unwrap();
        let link = dir.path().join("link");
        symlink(&open, &link).unwrap();
        let prefix = "DIR cannot hold mpviz's Python files: it";
        assert_eq!(refusal(&open), format!("{prefix} can be accessed by other users: its mode is 777 instead of 700"));
        assert_eq!(refusal(&link), format!("{prefix} is not a directory"));
        let colon = format!("{prefix} has a colon in its path, which PYTHONPATH does not allow");
        assert_eq!(refusal(&dir.path().join("a:b")), colon);
        assert_eq!(fs::read_dir(open).unwrap().count(), 0);
    }
}
