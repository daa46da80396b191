//! The folders that attempts write into. One that was left as it was made is handed to a later attempt under its new name:
//! making a folder and taking it away again can take as long as the step that needs it. Knows nothing of what is written.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::store::make_folder;

/// The folder in an attempt's own that is its home, where it has one.
pub(super) const HOME: &str = "home";

/// Permissions and kind of a folder as [`make_folder`] makes it.
const AS_MADE: u32 = 0o040_700;

/// Empty folders that nobody uses.
#[derive(Default)]
pub(crate) struct Folders {
    spare: RefCell<Vec<PathBuf>>,
}

impl Folders {
    /// Makes `folder`, empty and only its owner's.
    ///
    /// # Errors
    /// It cannot be made.
    pub(crate) fn make(&self, folder: &Path) -> io::Result<()> {
        let spare = self.spare.borrow_mut().pop();
        match spare.map(|spare| fs::rename(spare, folder)) {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => make_folder(folder),
        }
    }

    /// Takes back what was made, whatever is in it now, and a home in it, too. What cannot be removed goes with the run's
    /// other files.
    pub(crate) fn give_back(&self, folder: &Path) {
        let home = folder.join(HOME);
        if is_as_made(&home).unwrap_or(false) {
            let beside = folder.with_extension(HOME);
            if fs::rename(&home, &beside).is_ok() {
                self.spare.borrow_mut().push(beside);
            }
        }
        if is_as_made(folder).unwrap_or(false) {
            self.spare.borrow_mut().push(folder.to_owned());
        } else {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Whether nothing of what was done in the folder shows.
fn is_as_made(folder: &Path) -> io::Result<bool> {
    let extended = match rustix::fs::llistxattr_query(folder) {
        Ok(bytes) => bytes > 0,
        // This file system has none.
        Err(Errno::NOTSUP) => false,
        Err(error) => return Err(error.into()),
    };
    Ok(!extended && fs::symlink_metadata(folder)?.mode() == AS_MADE && fs::read_dir(folder)?.next().is_none())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    /// Makes a folder, does something in it and gives it back: whether a second one is the same.
    fn handed_on(act: impl Fn(&Path)) -> bool {
        let work = tempfile::tempdir().expect("a folder");
        let (first, second) = (work.path().join("1-1"), work.path().join("2-1"));
        let folders = Folders::default();
        folders.make(&first).expect("it is made");
        let number = fs::metadata(&first).expect("it is there").ino();
        act(&first);
        folders.give_back(&first);
        // It would have the number of one that was removed.
        make_folder(&work.path().join("between")).expect("a folder");
        folders.make(&second).expect("it is made");
        assert!(is_as_made(&second).expect("it can be looked at"));
        assert!(fs::symlink_metadata(&first).is_err(), "the first is gone");
        fs::metadata(&second).expect("it is there").ino() == number
    }

    #[test]
    fn an_empty_folder_is_handed_on() {
        assert!(handed_on(|_| ()));
    }

    #[test]
    fn a_home_is_handed_on_by_itself() {
        let work = tempfile::tempdir().expect("a folder");
        let folders = Folders::default();
        let (first, home) = (work.path().join("1-1"), work.path().join("1-1").join(HOME));
        folders.make(&first).expect("it is made");
        folders.make(&home).expect("it is made");
        let made = |path: &Path| fs::metadata(path).expect("it is there").ino();
        let numbers = [made(&first), made(&home)];
        folders.give_back(&first);
        let (second, home) = (work.path().join("2-1"), work.path().join("2-1").join(HOME));
        folders.make(&second).expect("it is made");
        assert!(is_as_made(&second).expect("it can be looked at"));
        folders.make(&home).expect("it is made");
        assert_eq!([made(&second), made(&home)], numbers);
        fs::write(home.join("left"), "x").expect("written");
        folders.give_back(&second);
        assert_eq!(fs::read_dir(work.path()).expect("it is there").count(), 0, "it goes with what was left in it");
    }

    #[test]
    fn a_file_goes_with_its_folder() {
        assert!(!handed_on(|folder| fs::write(folder.join("left"), "x").expect("written")));
    }

    #[test]
    fn other_permissions_go_with_their_folder() {
        assert!(!handed_on(|folder| {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("changed");
        }));
    }

    #[test]
    fn what_a_link_leads_to_is_left_alone() {
        let elsewhere = tempfile::tempdir().expect("a folder");
        assert!(!handed_on(|folder| {
            fs::remove_dir(folder).expect("removed");
            symlink(elsewhere.path(), folder).expect("a link");
        }));
        assert!(elsewhere.path().exists());
    }
}
