//! Writes files so that each is old or new at any moment, whatever happens: beside it, then in its place.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Somebody else has written it since it was read.
    #[error("has changed meanwhile")]
    Changed,
    /// It may not be written.
    #[error("is read-only")]
    ReadOnly,
    /// The operating system refused.
    #[error("cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// Replaces the text of a file, as long as it is `before`. Both are as [`crate::source::read`] gives them: a byte-order
/// mark is three spaces.
pub fn save(path: &Path, before: &str, after: &str) -> Result<(), SaveError> {
    // A link stays one: what it leads to is written.
    let path = fs::canonicalize(path)?;
    let metadata = fs::metadata(&path)?;
    if metadata.permissions().readonly() {
        return Err(SaveError::ReadOnly);
    }
    let bytes = fs::read(&path)?;
    let mark = mark_of(&bytes);
    if bytes.get(mark.len()..) != before.as_bytes().get(mark.len()..) {
        return Err(SaveError::Changed);
    }
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let mut file = tempfile::Builder::new().prefix(".laggard-").tempfile_in(folder)?;
    file.write_all(mark)?;
    file.write_all(&after.as_bytes()[mark.len()..])?;
    file.as_file().set_permissions(metadata.permissions())?;
    file.as_file().sync_all()?;
    // The last look before it is replaced.
    if fs::read(&path)? != bytes {
        return Err(SaveError::Changed);
    }
    file.persist(&path).map_err(|error| error.error)?;
    sync_folder(&path);
    Ok(())
}

/// The byte-order mark that a file starts with.
fn mark_of(bytes: &[u8]) -> &'static [u8] {
    let mark = "\u{feff}".as_bytes();
    if bytes.starts_with(mark) { mark } else { &[] }
}

/// That the new name lasts is asked for, and no more can be done where the system cannot do it.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
}
