//! Ledgers at the door: sent, understood as their columns were guessed, tried or written.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{Browser, Told, Town};

/// Sends a file of a kind of ledger.
pub async fn send(browser: &mut Browser, kind: &str, name: &str, bytes: Vec<u8>) -> anyhow::Result<Told> {
    let path = format!("/api/v1/imports?kind={kind}&name={name}");
    browser.send(Method::POST, &path, &[("content-type", "application/octet-stream")], bytes).await
}

/// What the page would send without anybody correcting anything.
pub fn choice(view: &Value) -> Value {
    let columns = view["columns"].as_array().into_iter().flatten();
    let mapping: Map<String, Value> = columns
        .filter(|column| column["field"].is_string())
        .map(|column| (column["index"].to_string(), column["field"].clone()))
        .collect();
    json!({ "sheet": view["sheet"], "header_row": view["header_row"], "mapping": mapping, "decisions": {} })
}

/// Asks for a trial (`dry-run`) or the writing (`commit`), lets the worker do it, and reads what came of it: the job.
pub async fn work(
    town: &Town,
    browser: &mut Browser,
    view: &Value,
    what: &str,
    choice: &Value,
) -> anyhow::Result<Value> {
    let path = format!("/api/v1/imports/{}/{what}", view["id"].as_str().unwrap_or_default());
    let told = browser.post(&path, choice.clone()).await?;
    anyhow::ensure!(told.status == StatusCode::ACCEPTED, "{}", told.body);
    anyhow::ensure!(told.body["state"] == "waiting", "{}", told.body);
    town.app.run_due_jobs().await?;
    let job = told.body["id"].as_str().unwrap_or_default();
    browser.get(&format!("/api/v1/jobs/{job}")).await?.ok()
}

/// Sends a file of a kind under a name and lets it be written as its columns were guessed, with more said beside; the report.
pub async fn bring_in(
    town: &Town,
    browser: &mut Browser,
    (kind, name): (&str, &str),
    bytes: Vec<u8>,
    more: Value,
) -> anyhow::Result<Value> {
    let view = send(browser, kind, name, bytes).await?.ok()?;
    let mut asked = choice(&view);
    for (key, value) in more.as_object().into_iter().flatten() {
        asked[key] = value.clone();
    }
    let job = work(town, browser, &view, "commit", &asked).await?;
    anyhow::ensure!(job["state"] == "done", "{name}: {job}");
    Ok(job["result"].clone())
}
