//! The file of a log, which others may move, truncate, delete or fill.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// A file that is opened again whenever its path means another one.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    open: Option<File>,
}

impl LogFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    /// Opens the file before anything is written, where that can be done without waiting: a pipe
    /// waits for its reader.
    pub(super) fn open_now(&mut self) -> io::Result<()> {
        match fs::metadata(&self.path) {
            Ok(known) if may_wait(&known) => Ok(()),
            _ => self.file().map(drop),
        }
    }

    /// Writes what it can. The lines of `text` that are not written whole are still to be written.
    pub(super) fn write(&mut self, text: &[u8]) -> (usize, io::Result<()>) {
        let mut done = 0;
        let written = self.file().and_then(|file| {
            while let Some(rest) = text.get(done..).filter(|rest| !rest.is_empty()) {
                match file.write(rest) {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(count) => done += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        });
        if written.is_err() {
            // Whoever made it fail may have put another file in its place.
            self.open = None;
        }
        (done, written)
    }

    /// Sees to it that the disk has what is written. A pipe or a terminal has no disk.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        match &self.open {
            Some(file) if file.metadata()?.is_file() => file.sync_data(),
            _ => Ok(()),
        }
    }

    fn file(&mut self) -> io::Result<&mut File> {
        let is_another = match &self.open {
            Some(file) => !is_same(&file.metadata()?, fs::metadata(&self.path)),
            None => true,
        };
        if is_another {
            self.open = None;
        }
        match &mut self.open {
            Some(file) => Ok(file),
            nothing => {
                let mut file = options().open(&self.path)?;
                end_torn_line(&self.path, &mut file)?;
                Ok(nothing.insert(file))
            }
        }
    }
}

/// A line that somebody could not finish stays alone.
fn end_torn_line(path: &PathBuf, file: &mut File) -> io::Result<()> {
    let known = file.metadata()?;
    if !known.is_file() || known.len() == 0 {
        return Ok(());
    }
    let (mut reader, mut last) = (File::open(path)?, [0]);
    reader.seek(SeekFrom::End(-1))?;
    reader.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(0o600);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    options
}

/// Pipes and terminals wait for whoever is at the other end.
#[cfg(unix)]
fn may_wait(known: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;

    let kind = known.file_type();
    kind.is_fifo() || kind.is_char_device()
}

#[cfg(not(unix))]
fn may_wait(known: &Metadata) -> bool {
    !known.is_file() && !known.is_dir()
}

/// Does the path still mean the file that is open?
#[cfg(unix)]
fn is_same(open: &Metadata, named: io::Result<Metadata>) -> bool {
    use std::os::unix::fs::MetadataExt;

    named.is_ok_and(|named| (named.dev(), named.ino()) == (open.dev(), open.ino()))
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, named: io::Result<Metadata>) -> bool {
    named.is_ok()
}
