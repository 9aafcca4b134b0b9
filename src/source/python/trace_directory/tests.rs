use std::os::unix::fs::symlink;
use std::thread;

use super::*;

fn on_disk(dir: &TempDir) -> Place {
    Place { dir: dir.path().to_owned(), is_for_memory: false }
}

#[test]
fn the_directory_is_private_and_deleted_at_the_end() {
    let place = tempfile::tempdir().unwrap();
    let trace = TraceDirectory::create_in(&[on_disk(&place)]).unwrap();
    let path = trace.path().to_owned();
    assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o700);
    fs::write(path.join("1-1.ring"), "records").unwrap();
    drop(trace);
    assert!(!path.exists());
}

#[test]
fn directories_of_killed_instances_are_deleted_and_others_are_kept() {
    let place = tempfile::tempdir().unwrap();
    let mut used = TraceDirectory::create_in(&[on_disk(&place)]).unwrap();
    // Killed: the directory is not deleted, and the lock is gone.
    let mut of_killed = TraceDirectory::create_in(&[on_disk(&place)]).unwrap();
    of_killed.dir.disable_cleanup(true);
    fs::write(of_killed.path().join("1-1.ring"), "records").unwrap();
    let killed = of_killed.path().to_owned();
    drop(of_killed);
    let created_now = place.path().join(format!("{}now", name_prefix()));
    let foreign = place.path().join("mpviz-other");
    let target = place.path().join("target");
    for dir in [&created_now, &foreign, &target] {
        fs::create_dir(dir).unwrap();
    }
    let link = place.path().join(format!("{}link", name_prefix()));
    symlink(&target, &link).unwrap();
    File::create(target.join(OWNER)).unwrap();

    used = TraceDirectory::create_in(&[on_disk(&place)]).map(|_| used).unwrap();
    assert!(!killed.exists());
    assert!([used.path(), &created_now, &foreign, &target, &link].iter().all(|path| path.exists()));
    delete_abandoned(place.path(), SystemTime::now() + 2 * MAX_AGE_WITHOUT_OWNER);
    assert!(!created_now.exists() && used.path().exists() && target.join(OWNER).exists());
}

#[test]
fn directories_that_are_created_and_cleaned_up_at_once_stay() {
    let place = tempfile::tempdir().unwrap();
    let places = [on_disk(&place)];
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let trace = TraceDirectory::create_in(&places).unwrap();
                    fs::write(trace.path().join("1-1.ring"), "records").unwrap();
                    assert!(trace.path().join("1-1.ring").exists());
                }
            });
        }
    });
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn places_that_cannot_be_used_are_passed_and_named() {
    let place = tempfile::tempdir().unwrap();
    let missing = Place { dir: place.path().join("missing"), is_for_memory: true };
    let not_memory = Place { dir: "/proc".into(), is_for_memory: true };
    let trace = TraceDirectory::create_in(&[missing.clone(), not_memory.clone(), on_disk(&place)]).unwrap();
    assert!(trace.path().starts_with(place.path()));
    let read_only = Place { dir: "/proc".into(), is_for_memory: false };
    let error = TraceDirectory::create_in(&[missing, not_memory, read_only]).unwrap_err().to_string();
    let dir = place.path().display();
    assert_eq!(
        error,
        format!(
            "no place for the program's reports: {dir}/missing cannot be used: No such file or directory (os error 2), \
             /proc is not in memory, /proc has 0 MB left; set TMPDIR to a directory with 16 MB"
        )
    );
}
