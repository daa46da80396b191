//! What the store takes in, and what of it is believed afterwards.

use rusqlite::Connection;

use super::*;

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("a store");
    (folder, store)
}

#[test]
pub(crate) fn moves_what_is_its_own_and_copies_what_is_not() {
    let (folder, store) = store();
    let file = folder.path().join("out");
    fs::write(&file, "a,b\n").expect("written");
    let copied = store.adopt(&file, false, BlobKind::File, &"csv".into(), None).expect("adopted");
    assert!(file.exists());
    let moved = store.adopt(&file, true, BlobKind::File, &"csv".into(), None).expect("adopted");
    assert!(!file.exists());
    assert_eq!(copied.blob, moved.blob);
    assert_eq!(moved.blob.digest, Digest::of(b"a,b\n"));
    assert_eq!(store.check(None, &moved.blob), Soundness::Sound);
    let place = store.path(&moved.blob);
    assert_eq!(place.extension().and_then(|name| name.to_str()), Some("csv"));
    assert_eq!(fs::metadata(place).expect("there").permissions().mode() & 0o777, 0o400);
}

#[test]
pub(crate) fn a_cut_file_is_not_there() {
    let (folder, store) = store();
    let file = folder.path().join("out");
    fs::write(&file, "content").expect("written");
    let blob = store.adopt(&file, true, BlobKind::File, &SmolStr::default(), None).expect("adopted").blob;
    fs::remove_file(store.path(&blob)).expect("removed");
    fs::write(store.path(&blob), "cont").expect("written");
    let cut = Soundness::Damaged("it has 4 bytes instead of 7".into());
    assert_eq!(store.check(None, &blob), cut);
}

#[test]
pub(crate) fn a_folder_is_known_by_names_and_content() {
    let (folder, store) = store();
    let make = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.join("inner")).expect("made");
        fs::write(path.join("inner/file"), text).expect("written");
        store.adopt(&path, true, BlobKind::Dir, &SmolStr::default(), None).expect("adopted").blob
    };
    let (one, same, other) = (make("one", "x"), make("two", "x"), make("three", "y"));
    assert_eq!(one, same);
    assert_ne!(one.digest, other.digest);
    fs::create_dir_all(folder.path().join("four/inner")).expect("made");
    fs::write(folder.path().join("four/inner/list"), "x").expect("written");
    let renamed = store.adopt(&folder.path().join("four"), true, BlobKind::Dir, &SmolStr::default(), None);
    assert_ne!(one.digest, renamed.expect("adopted").blob.digest);
    assert_eq!(fs::read_to_string(store.path(&one).join("inner/file")).expect("there"), "x");
}

#[test]
pub(crate) fn refuses_links_and_pipes() {
    let (folder, store) = store();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("/etc/hostname", &link).expect("linked");
    let error = store.adopt(&link, true, BlobKind::File, &SmolStr::default(), None).expect_err("refused");
    assert_eq!(error.to_string(), "it is not a regular file");
}

/// A state folder: its store, and where stamps are remembered.
fn state() -> (tempfile::TempDir, Store, Connection) {
    let (folder, store) = store();
    let memory = crate::journal::open(folder.path()).expect("it opens");
    (folder, store, memory)
}

/// Takes `text` in, as a step that wrote it does, and remembers it.
fn keep(folder: &Path, store: &Store, memory: &Connection, text: &[u8]) -> Blob {
    let file = folder.join("out");
    fs::write(&file, text).expect("written");
    let adopted = store.adopt(&file, true, BlobKind::File, &SmolStr::default(), None).expect("adopted");
    for Stored { name, digest, stamp, .. } in &adopted.files {
        crate::stamp::remember(memory, name, &stamp.expect("it is new"), *digest).expect("remembered");
    }
    adopted.blob
}

#[test]
fn what_is_remembered_is_not_read_again() {
    let (folder, store, memory) = state();
    let blob = keep(folder.path(), &store, &memory, b"content");
    let other = Digest::of(b"something else");
    memory.execute("UPDATE stamps SET digest = ?1", [other.0.as_slice()]).expect("changed");
    assert_ne!(store.check(Some(&memory), &blob), Soundness::Sound, "it was read");
    assert_eq!(store.check(None, &blob), Soundness::Sound);
}

#[test]
pub(crate) fn another_content_of_the_same_length_is_seen_and_put_aside() {
    let (folder, store, memory) = state();
    let blob = keep(folder.path(), &store, &memory, b"content");
    let place = store.path(&blob);
    fs::set_permissions(&place, Permissions::from_mode(0o600)).expect("set");
    fs::write(&place, "CONTENT").expect("written");
    assert_eq!(store.check(Some(&memory), &blob), Soundness::Damaged("its content has changed".into()));
    let aside = store.quarantine(&blob).expect("moved").expect("it was damaged");
    assert_eq!(fs::read_to_string(aside).expect("there"), "CONTENT");
    assert_eq!(store.check(Some(&memory), &blob), Soundness::Absent);
    assert_eq!(keep(folder.path(), &store, &memory, b"content"), blob);
    assert_eq!(store.check(Some(&memory), &blob), Soundness::Sound);
}

#[test]
fn a_name_alone_is_not_believed() {
    let (folder, store, memory) = state();
    let blob = keep(folder.path(), &store, &memory, b"content");
    // As after a power cut: the name is there, the content is not.
    fs::remove_file(store.path(&blob)).expect("removed");
    fs::write(store.path(&blob), "con\0\0\0\0").expect("written");
    assert_eq!(keep(folder.path(), &store, &memory, b"content"), blob);
    assert_eq!(fs::read_to_string(store.path(&blob)).expect("there"), "content");
    assert_eq!(fs::read_dir(store.aside()).expect("there").count(), 1);
}

#[test]
fn writers_of_the_same_content_get_along_even_where_it_was_damaged() {
    let (folder, store, _memory) = state();
    for number in 0..5 {
        let blob = file(number);
        make_folder(store.path(&blob).parent().expect("it has one")).expect("made");
        fs::write(store.path(&blob), "con").expect("written");
    }
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let (store, folder) = (&store, folder.path());
            scope.spawn(move || {
                for round in 0..50_u64 {
                    let out = folder.join(format!("out-{writer}-{round}"));
                    fs::write(&out, format!("content {}", round % 5)).expect("written");
                    let adopted = store.adopt(&out, true, BlobKind::File, &SmolStr::default(), None);
                    assert_eq!(adopted.expect("adopted").blob, file(round % 5));
                }
            });
        }
    });
    for number in 0..5 {
        assert_eq!(store.check(None, &file(number)), Soundness::Sound);
    }
    assert_eq!(fs::read_dir(store.aside()).expect("there").count(), 5);
}

/// The content `content 0` and so on, as it is known.
fn file(number: u64) -> Blob {
    let text = format!("content {number}");
    let (digest, bytes) = (Digest::of(text.as_bytes()), text.len() as u64);
    Blob { kind: BlobKind::File, digest, bytes, format: SmolStr::default(), rows: None, path: None }
}
