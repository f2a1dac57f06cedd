//! Warnings that hold, passed on to whoever asks: the town's Atom feed of CAP 1.2. Only what is meant for everybody, real
//! and neither taken back nor over; and what takes a warning back, for as long as that would have held. What does not belong here: reading warnings ([`super::digest`]).

use domain::ids::RawSignalId;
use domain::policy::{Action, Scope};
use domain::signal::{SignalSource, Trust};
use domain::time::Timestamp;
use protocol::cap::{self, Alert};
use store::Read;
use store::signal::SignalFilter;

use crate::{App, Caller, Error, Result};

/// Warnings looked at, the newest.
const LOOK_AT: i64 = 200;

/// A warning as it was taken in: the id of its bytes, when they came, how far it is trusted, and itself.
pub(crate) struct Taken {
    pub id: RawSignalId,
    pub received_at: Timestamp,
    pub trust: Trust,
    pub alert: Alert,
}

/// Warnings taken in, the newest first; all of them, or only those somebody vouches for.
// Part of the use case that asked, within its scope.
pub(crate) async fn taken(read: &mut Read, scope: &Scope, trust: Option<Trust>) -> Result<Vec<Taken>> {
    let filter = SignalFilter {
        sources: Some(SignalSource::Cap.code().to_owned()),
        trust: trust.map(|trust| trust.code().to_owned()),
        ..SignalFilter::default()
    };
    let mut all = Vec::new();
    for record in read.signals(scope, &filter, None, LOOK_AT).await? {
        let Some(id) = record.signal.raw else { continue };
        let Some(raw) = read.raw_signal(&id).await? else { continue };
        if let (Some(alert), _) = cap::read(&raw.bytes) {
            all.push(Taken { id, received_at: raw.received_at, trust: record.signal.trust, alert });
        }
    }
    Ok(all)
}

/// When it is over; none when it does not say.
pub(crate) fn ends(alert: &Alert) -> Option<Timestamp> {
    alert.infos.iter().filter_map(|info| info.expires.as_deref().and_then(Timestamp::parse)).max()
}

/// Whether it is meant for everybody, real, and not over.
fn is_for_everybody(alert: &Alert, now: Timestamp) -> bool {
    alert.status == "Actual" && alert.scope == "Public" && ends(alert).is_none_or(|ends| now < ends)
}

impl App {
    /// The warnings that hold as an Atom feed, newest first; `base` is the address of this server.
    // tidy(caller): warnings are for everybody.
    pub async fn warning_feed(&self, base: &str) -> Result<String> {
        let standing = self.standing_warnings().await?;
        let newest = standing.iter().map(|one| one.received_at).max().unwrap_or_else(|| self.now());
        let entry = |one: &Taken| (format!("{base}/cap/{}", one.id), one.received_at.to_rfc3339());
        let entries: Vec<(String, String, &Alert)> = standing
            .iter()
            .map(|one| {
                let (address, updated) = entry(one);
                (address, updated, &one.alert)
            })
            .collect();
        Ok(cap::feed(&format!("{base}/cap/feed"), &newest.to_rfc3339(), &entries))
    }

    /// One warning that holds, as CAP 1.2.
    // tidy(caller): warnings are for everybody.
    pub async fn warning(&self, id: &RawSignalId) -> Result<String> {
        let all = self.standing_warnings().await?;
        all.iter().find(|one| one.id == *id).map(|one| cap::write(&one.alert)).ok_or(Error::NotFound)
    }

    // Warnings are for everybody.
    async fn standing_warnings(&self) -> Result<Vec<Taken>> {
        let scope = Caller::system().scope(Action::SignalRead)?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let all = taken(&mut read, &scope, Some(Trust::Bound)).await?;
        let alerts: Vec<Alert> = all.iter().map(|one| one.alert.clone()).collect();
        let standing = cap::standing(&alerts);
        // Whoever took a warning over must learn that it was taken back, not only miss it.
        let news: Vec<usize> = cap::cancelling(&alerts)
            .into_iter()
            .filter(|(_, of)| {
                of.iter().filter_map(|at| alerts.get(*at)).any(|one| is_for_everybody(one, now))
            })
            .map(|(at, _)| at)
            .collect();
        let holds = |(at, one): &(usize, Taken)| {
            let is_open = one.alert.status == "Actual" && one.alert.scope == "Public";
            standing.contains(at) && is_for_everybody(&one.alert, now) || news.contains(at) && is_open
        };
        Ok(all.into_iter().enumerate().filter(holds).map(|(_, one)| one).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cap::Info;

    #[test]
    fn only_what_is_real_for_everybody_and_not_over_is_passed_on() {
        let alert = |status: &str, scope: &str, expires: Option<&str>| Alert {
            status: status.to_owned(),
            scope: scope.to_owned(),
            infos: vec![Info { expires: expires.map(str::to_owned), ..Info::default() }],
            ..Alert::default()
        };
        let now = Timestamp::parse("2026-11-02T08:00:00+08:00").expect("an instant");
        let holds = |one: Alert| is_for_everybody(&one, now);
        assert!(holds(alert("Actual", "Public", None)));
        assert!(holds(alert("Actual", "Public", Some("2026-11-02T08:00:01+08:00"))));
        assert!(!holds(alert("Actual", "Public", Some("2026-11-02T08:00:00+08:00"))));
        assert!(!holds(alert("Exercise", "Public", None)));
        assert!(!holds(alert("Actual", "Restricted", None)));
    }
}
