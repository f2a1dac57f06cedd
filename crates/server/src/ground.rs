//! Tianditu as the ground of the map, where the machine's keeper put a key into `maps/tianditu.key`. The key goes to that
//! service alone, from here; browsers ask this server. Its `w` sets are in the projection maps are drawn in. What does not
//! belong here: maps in files (`app::base_map`).

use std::path::Path;
use std::time::Duration;

use app::base_map::{Drawn, GroundService};

use crate::courier::http_get;

/// So long one picture may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// So much of it is taken. Units: bytes.
const MOST: u64 = 2 << 20;

/// The service and the key it was given.
pub struct Tianditu {
    base: String,
    key: String,
}

impl Tianditu {
    /// With the key of a folder; none when there is no such file, or nothing that looks like a key in it.
    pub fn of(maps: &Path) -> Option<Self> {
        let key = std::fs::read_to_string(maps.join("tianditu.key")).ok()?.trim().to_owned();
        let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_key.then(|| Self { base: "https://t0.tianditu.gov.cn".to_owned(), key })
    }

    fn address(&self, (z, x, y): (u8, u32, u32)) -> String {
        format!(
            "{}/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=default&TILEMATRIXSET=w\
             &FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={}",
            self.base, self.key
        )
    }
}

impl GroundService for Tianditu {
    fn tile(&self, tile: (u8, u32, u32)) -> Drawn<'_> {
        Box::pin(async move {
            match tokio::time::timeout(PATIENCE, http_get(&self.address(tile), MOST)).await {
                Ok(Ok(bytes)) => Ok(bytes),
                Ok(Err(error)) => Err(format!("{error:#}")),
                Err(_) => Err("8 秒内没有答复".to_owned()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn the_picture_comes_through_and_a_refusal_is_told() {
        let door = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", door.local_addr().expect("an address"));
        let service = Tianditu { base, key: "abc".to_owned() };
        let answers = tokio::spawn(async move {
            let mut asked = Vec::new();
            for answer in [
                &b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\r\n"[..],
                b"HTTP/1.1 403 No\r\n\r\n",
            ] {
                let (mut stream, _) = door.accept().await.expect("a caller");
                let mut bytes = vec![0; 4_096];
                let n = stream.read(&mut bytes).await.expect("a request");
                asked.push(String::from_utf8_lossy(&bytes[..n]).into_owned());
                stream.write_all(answer).await.expect("sent");
            }
            asked
        });
        assert_eq!(service.tile((12, 3253, 1698)).await, Ok(b"\x89PNG\r\n\r\n".to_vec()));
        assert_eq!(service.tile((1, 0, 0)).await, Err("答复 403".to_owned()));
        let asked = answers.await.expect("answers");
        assert!(
            asked[0].starts_with("GET /vec_w/wmts?")
                && asked[0].contains("TILEMATRIX=12&TILEROW=1698&TILECOL=3253&tk=abc ")
        );
    }

    #[test]
    fn without_a_key_nobody_is_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Tianditu::of(folder.path()).is_none());
        std::fs::write(folder.path().join("tianditu.key"), "a b&c").expect("written");
        assert!(Tianditu::of(folder.path()).is_none(), "no key");
        std::fs::write(folder.path().join("tianditu.key"), "0123abc\n").expect("written");
        assert!(Tianditu::of(folder.path()).is_some());
    }
}
