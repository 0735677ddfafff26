//! A line on the terminal that says how far a run is. Only on a terminal, only when the run takes longer than a second,
//! and gone when it is over.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::progress::Progress;

/// Shorter runs say nothing.
const PATIENCE: Duration = Duration::from_secs(1);
const INTERVAL: Duration = Duration::from_millis(100);
/// Back to the start of the line, and the rest of it away.
const ERASE: &str = "\r\u{1b}[K";

/// Does the work, which tells its progress, and shows that.
pub fn shown<T>(quiet: bool, work: impl FnOnce(Option<Arc<Progress>>) -> T) -> T {
    let can_erase = std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb");
    if quiet || !can_erase || !io::stderr().is_terminal() {
        return work(None);
    }
    let progress = Arc::new(Progress::default());
    let (over, is_over) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let seen = &progress;
        scope.spawn(move || show(seen, PATIENCE, &is_over, &mut io::stderr()));
        // Dropped when the work ends, and when it panics.
        let _over = over;
        work(Some(progress.clone()))
    })
}

/// Shows progress until the other end of `is_over` is gone. A terminal that goes away is no error.
fn show(progress: &Progress, patience: Duration, is_over: &mpsc::Receiver<()>, out: &mut dyn Write) {
    let mut wait = patience;
    let mut shown = false;
    while is_over.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        let _ = write!(out, "{ERASE}{}", line(progress)).and_then(|()| out.flush());
        (shown, wait) = (true, INTERVAL);
    }
    if shown {
        let _ = write!(out, "{ERASE}").and_then(|()| out.flush());
    }
}

fn line(progress: &Progress) -> String {
    match progress.now() {
        (_, 0) => "finding files".to_owned(),
        (done, total) if done < total => format!("{done} of {total} files"),
        (done, _) => format!("{done} files, looking for findings"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_erased() {
        let progress = Progress::default();
        assert_eq!(line(&progress), "finding files");
        progress.expect(2);
        progress.advance();
        assert_eq!(line(&progress), "1 of 2 files");
        progress.advance();
        assert_eq!(line(&progress), "2 files, looking for findings");

        let (over, is_over) = mpsc::channel();
        drop(over);
        let mut out = Vec::new();
        show(&progress, PATIENCE, &is_over, &mut out);
        assert!(out.is_empty(), "a short run says nothing");

        /// Ends the run with the first line.
        struct Terminal(Option<mpsc::Sender<()>>, Vec<u8>);
        impl Write for Terminal {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.1.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                self.0 = None;
                Ok(())
            }
        }
        let (over, is_over) = mpsc::channel();
        let mut terminal = Terminal(Some(over), Vec::new());
        show(&progress, Duration::ZERO, &is_over, &mut terminal);
        let text = String::from_utf8(terminal.1).unwrap();
        assert_eq!(text, format!("{ERASE}2 files, looking for findings{ERASE}"));
    }
}
