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

    /// One whose writer is a test: what is handed in, and how it is answered.
    #[cfg(test)]
    pub(crate) fn watched() -> (Self, mpsc::Receiver<(Incoming, oneshot::Sender<bool>)>) {
        let ((queue, mut asked), (tell, told)) = (mpsc::channel(QUEUE), mpsc::channel(QUEUE));
        tokio::spawn(async move {
            while let Some(Asked { message, answer }) = asked.recv().await {
                if tell.send((message, answer)).await.is_err() {
                    return;
                }
            }
        });
        (Self { queue }, told)
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::device::Provider;

    use super::*;

    fn message(n: usize) -> Incoming {
        Incoming {
            provider: Provider::Gb26875,
            dialect: None,
            peer: "10.8.3.4".to_owned(),
            proof: "network".to_owned(),
            mark: n.to_string(),
            bytes: Vec::new(),
            before: None,
            beat_of: None,
            problem: None,
        }
    }

    #[tokio::test]
    async fn whoever_hands_in_to_a_full_queue_waits_and_nothing_is_lost() {
        let (queue, mut asked) = mpsc::channel(QUEUE);
        let intake = Intake { queue };
        // A writer that is stuck: the queue takes so many and no more.
        let mut kept = Vec::new();
        for n in 0..QUEUE {
            kept.push(intake.hand_in(message(n)).await);
        }
        let late = tokio::spawn({
            let intake = intake.clone();
            async move {
                let kept = intake.hand_in(message(QUEUE)).await;
                kept.await
            }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!late.is_finished(), "there is no room: it waits");
        assert!(kept.iter_mut().all(|one| one.try_recv().is_err()), "nobody is told that it is kept");
        // The writer goes on: every one of them comes, in order, the late one, too.
        let mut marks = Vec::new();
        for _ in 0..=QUEUE {
            let Asked { message, answer } = asked.recv().await.expect("one more");
            marks.push(message.mark);
            let _ = answer.send(true);
        }
        assert_eq!(marks, (0..=QUEUE).map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(late.await.expect("handed in"), Ok(true));
        for one in kept {
            assert_eq!(one.await, Ok(true));
        }
    }
}
