//! A task stays with the post by which somebody owes it: when he leaves, whoever holds the post then owes it. Nothing is
//! moved on the day; who owes it follows from the assignments, and the first step of the new one says so.

use std::collections::BTreeSet;

use super::{EventKind, State, Stepped, Task, TaskRefusal, staff};
use crate::hazard::Act;
use crate::ids::{PersonId, PostId};
use crate::time::Timestamp;

impl Task {
    /// The task as owed by the holder of a post.
    #[must_use]
    pub fn of_post(self, post: Option<PostId>) -> Self {
        Self { post, ..self }
    }

    /// Who was named or took it on, while it is owed or waits for review.
    pub fn named(&self) -> Option<&PersonId> {
        match &self.state {
            State::Assigned { to, .. } => Some(to),
            State::Accepted { by }
            | State::InProgress { by, .. }
            | State::Submitted { by, .. }
            | State::Done { by, .. } => Some(by),
            State::Pending | State::Unable | State::Referred | State::Cancelled { .. } => None,
        }
    }

    /// Whether the person named has left the post and the task is still to be done. `holders` are those on the post
    /// today.
    pub fn is_left_behind(&self, holders: &BTreeSet<PersonId>) -> bool {
        self.is_open() && self.post.is_some() && self.named().is_some_and(|named| !holders.contains(named))
    }

    /// Whether this person owes it today: named, or on the post whose former holder was.
    pub fn is_owed_by(&self, person: &PersonId, holders: &BTreeSet<PersonId>) -> bool {
        match self.is_left_behind(holders) {
            true => holders.contains(person),
            false => self.named() == Some(person),
        }
    }

    /// Goes on with what a former holder of the post left behind, at the stage it was left at.
    ///
    /// Errors: [`TaskRefusal::NotYours`] when the person named is still on the post, or the actor is not.
    pub fn inherit(self, act: Act, holders: &BTreeSet<PersonId>, now: Timestamp) -> Stepped {
        self.check(&act, now)?;
        let (person, _) = staff(&act)?;
        if !self.is_left_behind(holders) || !holders.contains(&person) {
            return Err(TaskRefusal::NotYours);
        }
        let (Some(from), Some(post)) = (self.named().cloned(), self.post.clone()) else {
            return Err(TaskRefusal::NotYours);
        };
        let state = match self.state.clone() {
            State::Assigned { on, .. } => State::Assigned { to: person, on },
            State::InProgress { since, .. } => State::InProgress { by: person, since },
            _ => State::Accepted { by: person },
        };
        Ok(self.step(act, now, EventKind::Inherited { from, post }, state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hazard::{Actor, Standing};
    use crate::task::Window;
    use crate::time::parse_date;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    fn by(name: &str) -> Act {
        let actor = Actor::Staff {
            person: name.into(),
            assignment: format!("hat-{name}").into(),
            org: "village".into(),
            standing: Standing::Inspector,
        };
        Act { actor, happened_at: NOW, position: None, document_no: None }
    }

    fn given() -> Task {
        let day = |text| parse_date(text).expect("a date written in a test exists");
        let window = Window::new(day("2026-03-01"), day("2026-12-31")).expect("in order");
        let task = Task::pending("t".into(), "p".into(), "village".into(), Vec::new(), window);
        task.assign(by("li"), "old".into(), NOW).expect("assigned").0.of_post(Some("secretary".into()))
    }

    fn on(names: &[&str]) -> BTreeSet<PersonId> {
        names.iter().map(|name| PersonId::from(*name)).collect()
    }

    #[test]
    fn while_he_is_on_the_post_it_is_his_and_after_that_the_new_ones() {
        let task = given();
        let (both, new, none) = (on(&["old", "new"]), on(&["new"]), on(&[]));
        for (holders, old_owes, new_owes) in
            [(&both, true, false), (&new, false, true), (&none, false, false)]
        {
            assert_eq!(task.is_owed_by(&"old".into(), holders), old_owes, "{holders:?}");
            assert_eq!(task.is_owed_by(&"new".into(), holders), new_owes, "{holders:?}");
        }
        let his = task.clone().inherit(by("new"), &both, NOW).expect_err("still his");
        assert_eq!(his.code(), "task.not_yours");
        let foreign = task.clone().inherit(by("zhao"), &new, NOW).expect_err("not on the post");
        assert_eq!(foreign.code(), "task.not_yours");
        let (task, event) = task.inherit(by("new"), &new, NOW).expect("inherits");
        assert_eq!((task.state.code(), task.version, event.version), ("assigned", 2, 2));
        assert!(task.is_owed_by(&"new".into(), &new));
        assert!(task.accept(by("new"), NOW).is_ok(), "and goes on as if it had been given to him");
    }

    #[test]
    fn what_was_begun_is_gone_on_with_and_what_is_done_stays_his() {
        let begun =
            given().accept(by("old"), NOW).and_then(|(t, _)| t.start(by("old"), NOW)).expect("begun").0;
        let (task, _) = begun.clone().inherit(by("new"), &on(&["new"]), NOW).expect("inherits");
        assert_eq!(task.state, State::InProgress { by: "new".into(), since: NOW });
        let unkept = Task { post: None, ..begun };
        assert!(unkept.is_owed_by(&"old".into(), &on(&["new"])), "nobody knows by which post");
    }
}
