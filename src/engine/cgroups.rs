//! Limits of the control groups that mpviz is in.

use std::fs;
use std::path::{Path, PathBuf};

/// Memory limits from here on mean unlimited: where version 2 has `max`, version 1 has a huge number of bytes.
const NO_LIMIT: u64 = 1 << 62;

/// The directories of mpviz's control groups and their ancestors.
pub(super) struct Cgroups(Vec<PathBuf>);

impl Cgroups {
    pub(super) fn read() -> Self {
        let groups =
            procfs::process::Process::myself().and_then(|me| me.cgroups()).map(|groups| groups.0).unwrap_or_default();
        let mut dirs = Vec::new();
        for group in groups {
            let roots: Vec<PathBuf> = if group.controllers.iter().all(String::is_empty) {
                vec!["/sys/fs/cgroup".into()]
            } else {
                group.controllers.iter().map(|controller| Path::new("/sys/fs/cgroup").join(controller)).collect()
            };
            for root in roots {
                let dir = root.join(group.pathname.trim_start_matches('/'));
                dirs.extend(dir.ancestors().take_while(|dir| dir.starts_with(&root)).map(Path::to_path_buf));
            }
        }
        Self(dirs)
    }

    /// Returns the lowest limit minus usage; none without a limit.
    fn lowest_remaining(&self, limit: &str, used: impl Fn(&Path) -> Option<u64>) -> Option<u64> {
        let limit = |dir: &Path| read_number(&dir.join(limit)).filter(|limit| *limit < NO_LIMIT);
        self.0.iter().filter_map(|dir| Some(limit(dir)?.saturating_sub(used(dir)?))).min()
    }

    /// Returns the remaining memory of the tightest group, in bytes.
    pub(super) fn remaining_memory(&self) -> Option<u64> {
        let v2 = |dir: &Path| used_memory(dir, "memory.current", &["inactive_file", "active_file"]);
        let v1 = |dir: &Path| used_memory(dir, "memory.usage_in_bytes", &["total_inactive_file", "total_active_file"]);
        [self.lowest_remaining("memory.max", v2), self.lowest_remaining("memory.limit_in_bytes", v1)]
            .into_iter()
            .flatten()
            .min()
    }

    /// Returns the remaining threads of the tightest group.
    pub(super) fn remaining_threads(&self) -> Option<u64> {
        self.lowest_remaining("pids.max", |dir| read_number(&dir.join("pids.current")))
    }
}

/// Memory used by a group, in bytes, without the page cache, which the kernel reclaims before it refuses memory.
fn used_memory(dir: &Path, used: &str, cached: &[&str]) -> Option<u64> {
    let stat = fs::read_to_string(dir.join("memory.stat")).unwrap_or_default();
    let fields = stat.lines().filter_map(|line| line.split_once(' '));
    let cache: u64 =
        fields.filter(|(name, _)| cached.contains(name)).filter_map(|(_, bytes)| bytes.parse::<u64>().ok()).sum();
    Some(read_number(&dir.join(used))?.saturating_sub(cache))
}

/// Reads the number in a file; none if there is no file or it contains `max`.
pub(super) fn read_number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowest_cgroup_limit_counts_and_page_cache_is_excluded() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let write = |dir: &Path, name: &str, text: &str| fs::write(dir.join(name), text).unwrap();
        let groups = Cgroups(vec![inner.clone(), root.path().into()]);
        assert_eq!((groups.remaining_memory(), groups.remaining_threads()), (None, None), "no files, no limits");

        write(&inner, "memory.max", "max\n");
        write(&inner, "memory.current", "900\n");
        write(root.path(), "memory.max", "1000\n");
        write(root.path(), "memory.current", "1000\n");
        write(root.path(), "memory.stat", "anon 200\ninactive_file 500\nactive_file 250\n");
        write(&inner, "pids.max", "100\n");
        write(&inner, "pids.current", "120\n");
        assert_eq!((groups.remaining_memory(), groups.remaining_threads()), (Some(750), Some(0)));

        write(root.path(), "memory.limit_in_bytes", "9223372036854771712\n");
        write(root.path(), "memory.usage_in_bytes", "1000\n");
        fs::remove_file(root.path().join("memory.max")).unwrap();
        assert_eq!(groups.remaining_memory(), None, "unlimited");
    }
}
