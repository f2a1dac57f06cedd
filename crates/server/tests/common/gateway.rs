//! A gateway of our own: an HTTP receiver on this machine that keeps what it is sent and answers with the status that is set.
//! What does not belong here: who sends to it, and what it means.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// Head and body of each request.
type Got = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Listens until the test ends.
pub struct Gateway {
    pub port: u16,
    got: Got,
    status: Arc<Mutex<u16>>,
}

impl Gateway {
    /// Answers with this status and a receipt.
    pub async fn open(status: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (got, status): (Got, _) = (Arc::default(), Arc::new(Mutex::new(status)));
        let (kept, said) = (Arc::clone(&got), Arc::clone(&status));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, said) = (Arc::clone(&kept), Arc::clone(&said));
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let (mut head, mut length) = (String::new(), 0_usize);
                    loop {
                        let mut line = String::new();
                        if stream.read_line(&mut line).await.unwrap_or(0) == 0 || line == "\r\n" {
                            break;
                        }
                        if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                            length = n.trim().parse().unwrap_or(0);
                        }
                        head.push_str(&line);
                    }
                    let mut body = vec![0; length];
                    let _ = stream.read_exact(&mut body).await;
                    if let Ok(mut kept) = kept.lock() {
                        kept.push((head, body));
                    }
                    let status = said.lock().map(|status| *status).unwrap_or(500);
                    let answer = r#"{"id":"receipt-7"}"#;
                    let told = format!(
                        "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                        answer.len()
                    );
                    let _ = stream.write_all(told.as_bytes()).await;
                });
            }
        });
        Ok(Self { port, got, status })
    }

    /// From now on it answers with this status.
    pub fn answers(&self, status: u16) {
        if let Ok(mut said) = self.status.lock() {
            *said = status;
        }
    }

    /// What came so far.
    pub fn got(&self) -> Vec<(String, Vec<u8>)> {
        self.got.lock().map(|kept| kept.clone()).unwrap_or_default()
    }

    /// What came since it was taken last.
    pub fn taken(&self) -> Vec<(String, Vec<u8>)> {
        self.got.lock().map(|mut kept| std::mem::take(&mut *kept)).unwrap_or_default()
    }

    /// What came so far, its bodies as text.
    pub fn texts(&self) -> Vec<(String, String)> {
        let text = |(head, body): (String, Vec<u8>)| (head, String::from_utf8_lossy(&body).into_owned());
        self.got().into_iter().map(text).collect()
    }
}
