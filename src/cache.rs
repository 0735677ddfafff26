//! The cache: values by the hash of what they were made of, kept in a folder from run to run.
//!
//! Knows nothing of what the values are. They lie in a few files, by the first bits of their keys. Such a file is only
//! ever replaced as a whole, so several processes may use the folder at once: the last one wins, and what another had
//! made is made again. What is torn, or was written by somebody else, is passed over and in the end replaced.

use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::config::SetupError;

/// The folder, unless somebody says otherwise.
pub const FOLDER_NAME: &str = ".laggard_cache";

/// Tells a folder of ours from others, and makes backups pass it over: <https://bford.info/cachedir/>.
const TAG_NAME: &str = "CACHEDIR.TAG";
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# Facts that laggard keeps from run to run.\n";

/// How many files the values are spread over: few enough to open, and each small enough to be written anew.
const SHARDS: usize = 64;

/// What a file starts with.
const MAGIC: &[u8; 16] = b"laggard facts 1\n";

/// Bytes of a file that values may take which were not asked for: those of other branches, or of other folders.
const IDLE_BYTES: usize = 1024 * 1024;

/// How many other versions of the program keep their values.
const OTHER_VERSIONS: usize = 1;

/// What values are about. Each kind lies in files of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What is known of a text.
    Facts,
    /// What a run found.
    Runs,
}

impl Kind {
    /// The extension of its files.
    fn extension(self) -> &'static str {
        match self {
            Kind::Facts => "facts",
            Kind::Runs => "runs",
        }
    }
}

/// The hash of what a value was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key([u8; 16]);

impl Key {
    /// The key of what these parts say together.
    pub fn of(parts: &[&[u8]]) -> Key {
        let mut parts_so_far = Parts::default();
        parts.iter().for_each(|part| parts_so_far.add(part));
        parts_so_far.key()
    }

    fn shard(self) -> usize {
        self.0[0] as usize % SHARDS
    }
}

/// What a value is made of, part by part.
#[derive(Debug, Default)]
pub struct Parts(blake3::Hasher);

impl Parts {
    /// One more part.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u64).to_le_bytes()).update(part);
    }

    /// The key of all of them.
    pub fn key(&self) -> Key {
        Key(first_bytes(self.0.finalize().as_bytes()))
    }
}

/// Values by their keys.
#[derive(Debug)]
pub struct Cache {
    /// Where the values of this version are. `None`: nowhere, nothing is kept.
    folder: Option<PathBuf>,
    kind: Kind,
    shards: Vec<OnceLock<Shard>>,
    /// What was made in this run, as bytes.
    made: Mutex<Vec<(Key, Vec<u8>)>>,
}

impl Cache {
    /// The cache in a folder, which need not be there yet; `version` tells apart values that mean different things.
    pub fn open(folder: &Path, version: &str, kind: Kind) -> Cache {
        Cache { folder: Some(folder.join(version)), kind, ..Cache::none() }
    }

    /// A cache that keeps nothing.
    pub fn none() -> Cache {
        Cache {
            folder: None,
            kind: Kind::Facts,
            shards: (0..SHARDS).map(|_| OnceLock::new()).collect(),
            made: Mutex::default(),
        }
    }

    /// Does it keep what it is given?
    pub fn keeps(&self) -> bool {
        self.folder.is_some()
    }

    /// The value of a key, if it is there and whole.
    pub fn get<T: DeserializeOwned>(&self, key: Key) -> Option<T> {
        let folder = self.folder.as_ref()?;
        let shard = self.shards[key.shard()].get_or_init(|| Shard::read(&path_of(folder, self.kind, key.shard())));
        let entry = &shard.entries[*shard.places.get(&key)?];
        let bytes = &shard.bytes[entry.range.clone()];
        let value = postcard::from_bytes(bytes).ok().filter(|_| checksum(bytes) == entry.checksum)?;
        entry.is_used.store(true, Ordering::Relaxed);
        Some(value)
    }

    /// Keeps a value.
    pub fn put<T: Serialize>(&self, key: Key, value: &T) {
        if self.keeps()
            && let Ok(bytes) = postcard::to_allocvec(value)
        {
            self.made.lock().unwrap_or_else(PoisonError::into_inner).push((key, bytes));
        }
    }

    /// Writes what was made to the disk.
    pub fn save(self) -> io::Result<()> {
        let Cache { folder: Some(folder), kind, mut shards, made } = self else { return Ok(()) };
        let mut made_of: Vec<Vec<(Key, Vec<u8>)>> = (0..SHARDS).map(|_| Vec::new()).collect();
        for (key, bytes) in made.into_inner().unwrap_or_else(PoisonError::into_inner) {
            made_of[key.shard()].push((key, bytes));
        }
        if made_of.iter().all(Vec::is_empty) {
            return Ok(());
        }
        prepare(&folder)?;
        for (number, made) in made_of.into_iter().enumerate().filter(|(_, made)| !made.is_empty()) {
            let before = shards[number].take().unwrap_or_default();
            write(&path_of(&folder, kind, number), &before.with(&made))?;
        }
        Ok(())
    }
}

/// Values that lie in one file, those that were used last first.
#[derive(Debug, Default)]
struct Shard {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    places: FxHashMap<Key, usize>,
}

#[derive(Debug)]
struct Entry {
    key: Key,
    range: Range<usize>,
    checksum: [u8; 8],
    is_used: AtomicBool,
}

/// Bytes of an entry in the table at the start of a file: key, place, length, checksum.
const ENTRY_BYTES: usize = 16 + 4 + 4 + 8;

impl Shard {
    fn read(path: &Path) -> Shard {
        fs::read(path).ok().and_then(Shard::parse).unwrap_or_default()
    }

    /// Magic, checksum of the table, number of entries, the table, and the bytes of the entries.
    fn parse(bytes: Vec<u8>) -> Option<Shard> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (own_checksum, rest) = rest.split_at_checked(8)?;
        let (count, rest) = rest.split_at_checked(4)?;
        let (table, _) = rest.split_at_checked(number(count) as usize * ENTRY_BYTES)?;
        if checksum(table) != own_checksum {
            return None;
        }
        let entry = |entry: &[u8]| {
            let start = number(&entry[16..20]) as usize;
            let range = start..start + number(&entry[20..24]) as usize;
            let (key, checksum) = (Key(first_bytes(entry)), first_bytes(&entry[24..]));
            (range.end <= bytes.len()).then(|| Entry { key, range, checksum, is_used: AtomicBool::new(false) })
        };
        let entries: Vec<Entry> = table.chunks_exact(ENTRY_BYTES).filter_map(entry).collect();
        let places = entries.iter().enumerate().map(|(place, entry)| (entry.key, place)).collect();
        Some(Shard { bytes, entries, places })
    }

    /// The bytes of a file that holds what was made, and of what was there what is of use still.
    fn with(&self, made: &[(Key, Vec<u8>)]) -> Vec<u8> {
        let (used, idle): (Vec<&Entry>, Vec<&Entry>) =
            self.entries.iter().partition(|entry| entry.is_used.load(Ordering::Relaxed));
        let mut known = FxHashSet::default();
        let mut kept: Vec<(Key, &[u8])> = Vec::new();
        let mut size = 0;
        for (key, bytes) in made.iter().map(|(key, bytes)| (*key, bytes.as_slice())).chain(used.iter().map(own(self))) {
            if known.insert(key) {
                size += bytes.len();
                kept.push((key, bytes));
            }
        }
        let limit = size + size.max(IDLE_BYTES);
        for (key, bytes) in idle.iter().map(own(self)) {
            size += bytes.len();
            if size <= limit && known.insert(key) {
                kept.push((key, bytes));
            }
        }
        file_of(&kept)
    }
}

/// An entry's key and bytes.
fn own<'s>(shard: &'s Shard) -> impl Fn(&&Entry) -> (Key, &'s [u8]) {
    |entry| (entry.key, &shard.bytes[entry.range.clone()])
}

/// The file that holds these values.
fn file_of(values: &[(Key, &[u8])]) -> Vec<u8> {
    let mut start = MAGIC.len() + 8 + 4 + values.len() * ENTRY_BYTES;
    let mut table = Vec::with_capacity(values.len() * ENTRY_BYTES);
    for (key, bytes) in values {
        table.extend_from_slice(&key.0);
        table.extend_from_slice(&(start as u32).to_le_bytes());
        table.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        table.extend_from_slice(&checksum(bytes));
        start += bytes.len();
    }
    let mut file = Vec::with_capacity(start);
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&checksum(&table));
    file.extend_from_slice(&(values.len() as u32).to_le_bytes());
    file.extend_from_slice(&table);
    values.iter().for_each(|(_, bytes)| file.extend_from_slice(bytes));
    file
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    first_bytes(blake3::hash(bytes).as_bytes())
}

fn first_bytes<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut first = [0; N];
    first.copy_from_slice(&bytes[..N]);
    first
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(first_bytes(bytes))
}

fn path_of(folder: &Path, kind: Kind, shard: usize) -> PathBuf {
    folder.join(format!("{shard:02x}.{}", kind.extension()))
}

/// Makes the folder of a version, with what says to others what it is. Old versions go.
fn prepare(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let Some(parent) = folder.parent() else { return Ok(()) };
    for (name, text) in [(TAG_NAME, TAG), (".gitignore", "*\n")] {
        if !parent.join(name).exists() {
            fs::write(parent.join(name), text)?;
        }
    }
    let entries = fs::read_dir(parent)?.filter_map(Result::ok).map(|entry| entry.path());
    let mut others: Vec<PathBuf> = entries.filter(|path| path.is_dir() && path != folder).collect();
    // The newest first.
    others.sort_by_key(|path| std::cmp::Reverse(fs::metadata(path).and_then(|data| data.modified()).ok()));
    // Another process may be about it too.
    others.iter().skip(OTHER_VERSIONS).for_each(|path| drop(fs::remove_dir_all(path)));
    Ok(())
}

/// Replaces a file as a whole.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(path))?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// Removes a folder that holds a cache, and says whether there was one. Any other folder is left alone.
pub fn remove(folder: &Path) -> anyhow::Result<bool> {
    if !folder.exists() {
        return Ok(false);
    }
    if fs::read_to_string(folder.join(TAG_NAME)).ok().as_deref() != Some(TAG) {
        let message = format!("`{}` is not a cache of laggard", folder.display());
        return Err(SetupError::new(message, "if it is to go, remove it yourself").into());
    }
    fs::remove_dir_all(folder)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(number: u8) -> Key {
        Key::of(&[&[number]])
    }

    fn saved(folder: &Path, values: &[(Key, Vec<u32>)]) {
        let cache = Cache::open(folder, "1", Kind::Facts);
        values.iter().for_each(|(key, value)| cache.put(*key, value));
        cache.save().unwrap();
    }

    #[test]
    fn values_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        saved(folder.path(), &[(key(1), vec![1]), (key(2), vec![2, 2])]);
        saved(folder.path(), &[(key(3), vec![3])]);
        let cache = Cache::open(folder.path(), "1", Kind::Facts);
        assert_eq!([1, 2, 3].map(|number| cache.get(key(number))), [Some(vec![1u32]), Some(vec![2, 2]), Some(vec![3])]);
        assert_eq!(cache.get::<Vec<u32>>(key(4)), None);
        assert_eq!(Cache::open(folder.path(), "2", Kind::Facts).get::<Vec<u32>>(key(1)), None, "of another version");
    }

    #[test]
    fn parts_of_a_key_do_not_flow_together() {
        assert_ne!(Key::of(&[b"a", b"bc"]), Key::of(&[b"ab", b"c"]));
    }

    #[test]
    fn what_is_not_used_goes_when_there_is_too_much_of_it() {
        let value = vec![u8::MAX; IDLE_BYTES / 2 + 1];
        let shard = |number: u8| Key([number; 16]);
        let mut bytes = Shard::default().with(&[(shard(64), value.clone())]);
        for number in [128, 192] {
            bytes = Shard::parse(bytes).unwrap().with(&[(shard(number), value.clone())]);
        }
        let left: Vec<Key> = Shard::parse(bytes).unwrap().entries.iter().map(|entry| entry.key).collect();
        assert_eq!(left, [shard(192), shard(128)], "the oldest is gone");
    }

    #[test]
    fn old_versions_go() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["1", "2", "3"] {
            let cache = Cache::open(folder.path(), version, Kind::Facts);
            cache.put(key(1), &1);
            cache.save().unwrap();
        }
        let folders = fs::read_dir(folder.path()).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
        assert_eq!(folders.count(), 1 + OTHER_VERSIONS);
    }

    #[test]
    fn only_a_cache_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        assert!(!remove(&cache).unwrap());
        saved(&cache, &[(key(1), vec![1])]);
        assert!(remove(&cache).unwrap() && !cache.exists());
        remove(folder.path()).expect_err("it is no cache");
        assert!(folder.path().exists());
    }

    proptest! {
        /// Whatever became of a file: a value is given as it was made, or not at all.
        #[test]
        fn damage_is_noticed(at in 0usize..400, byte in any::<u8>(), cut in any::<bool>()) {
            let values: Vec<(Key, Vec<u8>)> =
                (0..4).map(|number| (Key([number; 16]), postcard::to_allocvec(&vec![number; 40]).unwrap())).collect();
            let mut bytes = Shard::default().with(&values);
            let at = at % bytes.len();
            match cut {
                true => bytes.truncate(at),
                false => bytes[at] = byte,
            }
            let Some(shard) = Shard::parse(bytes) else { return Ok(()) };
            for (key, value) in &values {
                let Some(place) = shard.places.get(key) else { continue };
                let entry = &shard.entries[*place];
                let found = &shard.bytes[entry.range.clone()];
                prop_assert!(checksum(found) != entry.checksum || found == value);
            }
        }
    }
}
