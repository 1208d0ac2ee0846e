//! A thread that does what it is sent while the run goes on. After it had nothing to do it lets several entries gather:
//! to wake it for each would cost the run more than the work does.

use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long entries gather.
const PAUSE: Duration = Duration::from_millis(5);

/// The thread, and the way to it.
pub(crate) struct Worker<Entry, End> {
    entries: Sender<Entry>,
    thread: JoinHandle<End>,
}

/// What the thread is sent, one after the other, until the worker is to finish.
pub(crate) struct Entries<Entry>(Receiver<Entry>);

impl<Entry: Send + 'static, End: Send + 'static> Worker<Entry, End> {
    pub(crate) fn new(work: impl FnOnce(Entries<Entry>) -> End + Send + 'static) -> Self {
        let (entries, received) = mpsc::channel();
        let thread = thread::spawn(move || work(Entries(received)));
        Worker { entries, thread }
    }

    /// Sends an entry; whether there is still somebody to do it.
    pub(crate) fn send(&self, entry: Entry) -> bool {
        self.entries.send(entry).is_ok()
    }

    /// Has all that was sent done now.
    pub(crate) fn urge(&self) {
        self.thread.thread().unpark();
    }

    /// What the thread has to say when all is done; its panic goes on here.
    pub(crate) fn finish(self) -> End {
        drop(self.entries);
        self.thread.thread().unpark();
        let end = self.thread.join();
        end.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl<Entry> Iterator for Entries<Entry> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        match self.0.try_recv() {
            Ok(entry) => Some(entry),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => {
                let entry = self.0.recv().ok()?;
                thread::park_timeout(PAUSE);
                Some(entry)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_in_order() {
        let worker = Worker::new(|entries| entries.collect::<Vec<usize>>());
        for entry in 0..100 {
            assert!(worker.send(entry));
            if entry % 10 == 0 {
                worker.urge();
            }
        }
        assert_eq!(worker.finish(), (0..100).collect::<Vec<usize>>());
    }
}
