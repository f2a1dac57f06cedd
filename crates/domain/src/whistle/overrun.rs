//! Clocks that ran out: what is told to whoever must act and to the next level, each once. What does not belong here: who
//! those people are (`app::whistle`).

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, OutOfRange};
use crate::org::words;
use crate::time::Timestamp;

use super::{Body, Height, Stage, Terms, Whistle};

words! {
    /// A clock of a whistle.
    Clock {
        Confirm "confirm" "确认派哨"
        Receive "receive" "签收"
        Arrive "arrive" "到场"
        District "district" "提请区级"
    }
}

/// A clock that ran out without its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overrun<'a> {
    /// Which.
    pub clock: Clock,
    /// Whose; none while the town has not confirmed.
    pub body: Option<&'a Body>,
    /// When it ran out.
    pub since: Timestamp,
}

impl Whistle {
    /// The clocks that have run out by now. `raised` is when it was raised, or raised again after a return: the town allows
    /// itself no longer to confirm than it allows a body to receive; a kind that is no more (`terms` none) has no such time.
    ///
    /// Units: `district_after` counts working days, a parameter of the town.
    /// Errors: [`OutOfRange`] for times beyond the calendar.
    pub fn overruns(
        &self,
        raised: Timestamp,
        now: Timestamp,
        (terms, district_after): (Option<&Terms>, u16),
        calendar: &Calendar,
    ) -> Result<Vec<Overrun<'_>>, OutOfRange> {
        let mut out = Vec::new();
        match self.stage {
            Stage::Raised => {
                let Some(terms) = terms else { return Ok(out) };
                let since = terms.receive.after(raised, calendar, terms.hours)?;
                out.extend((now > since).then_some(Overrun { clock: Clock::Confirm, body: None, since }));
            }
            Stage::Sent => {
                for body in self.called().filter(|body| body.is_on_the_clock()) {
                    let mut ran_out = |clock, is_done: bool, since: Timestamp| {
                        let over = !is_done && now > since;
                        out.extend(over.then_some(Overrun { clock, body: Some(body), since }));
                    };
                    ran_out(Clock::Receive, body.received.is_some(), body.clocks.receive_by);
                    ran_out(Clock::Arrive, body.arrived.is_some(), body.clocks.arrive_by);
                    if let Some(since) = body.silent_since(now)
                        && body.height(now, district_after, calendar)? == Height::District
                    {
                        out.push(Overrun { clock: Clock::District, body: Some(body), since });
                    }
                }
            }
            _ => {}
        }
        Ok(out)
    }
}
