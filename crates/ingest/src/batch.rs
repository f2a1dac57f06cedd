//! One writer for everybody: takes what is there, keeps it in one write, answers all of it. The queue is bounded, so who
//! sends faster than the disk syncs waits; nothing is dropped. What does not belong here: sockets (`session`).

use app::signal::Incoming;
use app::{App, Caller};
use tokio::sync::{mpsc, oneshot};

/// Messages kept in one write at most.
const MOST: usize = 2_000;
/// Messages that wait for the writer.
const QUEUE: usize = 4_096;

struct Asked {
    message: Incoming,
    answer: oneshot::Sender<bool>,
}

/// Where messages are handed in.
#[derive(Clone)]
pub struct Intake {
    queue: mpsc::Sender<Asked>,
}

impl Intake {
    /// Starts the writer.
    pub fn start(app: App) -> Self {
        let (queue, asked) = mpsc::channel(QUEUE);
        tokio::spawn(write(app, asked));
        Self { queue }
    }

    /// Hands in a message and waits for room, not for the writer. The answer says whether it is kept for good; without
    /// one the sender must not be told that it is.
    pub async fn hand_in(&self, message: Incoming) -> oneshot::Receiver<bool> {
        let (answer, kept) = oneshot::channel();
        // A writer that is gone drops the answer, which says no.
        let _ = self.queue.send(Asked { message, answer }).await;
        kept
    }
}

async fn write(app: App, mut queue: mpsc::Receiver<Asked>) {
    let caller = Caller::system();
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, MOST).await > 0 {
        let (messages, answers): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|asked| (asked.message, asked.answer)).unzip();
        let kept = match app.receive(&caller, messages).await {
            Ok(_) => true,
            Err(error) => {
                tracing::error!(cause = ?error, n = answers.len(), "messages could not be kept; none is confirmed");
                false
            }
        };
        for answer in answers {
            let _ = answer.send(kept);
        }
    }
}
