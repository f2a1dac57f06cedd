//! 外部工单: what 12345 or 渝快办 asked for by a file, as it came and as it came again, its own deadline, and which answer was
//! sent back. Nothing is overwritten: a changed order is written beside the first. What does not belong here: the report it
//! became (the parent room), columns of files (`exchange::orders_sheet`).
//!
//! Source: handbook of the field §4.3 and C15.5.

use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, ReportCaseId};
use crate::org::words;
use crate::report_case::{ReportCase, Stage};
use crate::time::Timestamp;

words! {
    /// How far the answer to an order is.
    OrderStage {
        Waiting "waiting" "办理中"
        Ready "ready" "待回传"
        Sent "sent" "已回传"
    }
}

/// What a file said of an order. Who called is nowhere in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When the file was taken.
    pub at: Timestamp,
    /// Its title.
    pub title: String,
    /// What was said.
    pub content: String,
    /// What it is about, in the other side's words.
    pub matter: String,
    /// Village or community as written.
    pub village: String,
    /// Where, in words.
    pub address: String,
    /// When it was given to the town, as written.
    pub received: String,
    /// Until when the other side wants its answer, as written.
    pub due: String,
}

/// An answer that was sent back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The answer, word for word.
    pub reply: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: PersonId,
}

/// An order from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The report it became.
    pub case: ReportCaseId,
    /// What files said of it: the first stays first, a changed one goes behind. Empty for one typed in by hand.
    pub told: Vec<Told>,
    /// The other side's deadline by the last file that named one, kept beside the town's own clocks.
    pub due_at: Option<Timestamp>,
    /// Answers sent back, the last one last.
    pub sent: Vec<Sent>,
}

impl Order {
    /// An order nobody has sent a file of.
    pub fn of(case: ReportCaseId) -> Self {
        Self { case, told: Vec::new(), due_at: None, sent: Vec::new() }
    }

    /// What the last file said.
    pub fn last(&self) -> Option<&Told> {
        self.told.last()
    }

    /// Takes in what a file says; none when it says what was known. The moment of the file is no difference.
    pub fn tell(mut self, told: Told, due_at: Option<Timestamp>) -> Option<Self> {
        let is_known = self.last().is_some_and(|last| Told { at: last.at, ..told.clone() } == *last);
        if is_known {
            return None;
        }
        self.due_at = due_at.or(self.due_at);
        self.told.push(told);
        Some(self)
    }

    /// How far its answer is. `leading` is the report that is answered in its place: itself, or what it was joined with.
    pub fn stage(&self, leading: &ReportCase) -> OrderStage {
        let answered = matches!(leading.stage, Stage::Replied | Stage::Closed | Stage::Forwarded);
        if !answered || leading.reply.is_empty() {
            return OrderStage::Waiting;
        }
        match self.sent.last().is_some_and(|sent| sent.reply == leading.reply) {
            true => OrderStage::Sent,
            false => OrderStage::Ready,
        }
    }

    /// Notes that the answer of `leading` was sent back; none when that very answer was sent before or there is none yet.
    pub fn send(mut self, leading: &ReportCase, by: &PersonId, at: Timestamp) -> Option<Self> {
        if self.stage(leading) != OrderStage::Ready {
            return None;
        }
        self.sent.push(Sent { reply: leading.reply.clone(), at, by: by.clone() });
        Some(self)
    }

    /// Whether the other side's deadline passed without an answer sent back.
    pub fn is_overdue(&self, leading: &ReportCase, now: Timestamp) -> bool {
        self.due_at.is_some_and(|due| due < now) && self.stage(leading) != OrderStage::Sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report_case::tests::case;
    use crate::report_case::{Channel, Matter};

    fn told(content: &str, at: i64) -> Told {
        Told { at: Timestamp(at), content: content.to_owned(), ..Told::default() }
    }

    #[test]
    fn a_file_sent_twice_says_nothing_new_and_a_changed_one_overwrites_nothing() {
        let first = Order::of("c".into()).tell(told("甲", 1), Some(Timestamp(9))).expect("new");
        assert_eq!(first.clone().tell(told("甲", 2), None), None);
        let second = first.tell(told("乙", 3), None).expect("changed");
        assert_eq!(second.told.iter().map(|one| one.content.as_str()).collect::<Vec<_>>(), ["甲", "乙"]);
        assert_eq!(second.due_at, Some(Timestamp(9)), "a file that names no deadline takes none away");
    }

    #[test]
    fn each_answer_is_sent_once_and_a_new_answer_once_more() {
        let by = PersonId::from("p");
        let mut leading = case(Channel::Line12345, Matter::Other);
        let order = Order::of(leading.id.clone());
        assert_eq!(order.stage(&leading), OrderStage::Waiting);
        assert_eq!(order.clone().send(&leading, &by, Timestamp(1)), None, "nothing to send");
        leading.stage = Stage::Replied;
        leading.reply = "已清理".to_owned();
        assert_eq!(order.stage(&leading), OrderStage::Ready);
        let order = order.send(&leading, &by, Timestamp(1)).expect("sent");
        assert_eq!(order.stage(&leading), OrderStage::Sent);
        assert_eq!(order.clone().send(&leading, &by, Timestamp(2)), None, "already sent");
        leading.reply = "又清理了一次".to_owned();
        let order = order.send(&leading, &by, Timestamp(3)).expect("another answer");
        assert_eq!(order.sent.len(), 2);
    }

    #[test]
    fn the_other_sides_deadline_is_late_until_the_answer_went_back() {
        let mut leading = case(Channel::Line12345, Matter::Other);
        let order = Order { due_at: Some(Timestamp(5)), ..Order::of(leading.id.clone()) };
        assert!(!order.is_overdue(&leading, Timestamp(5)) && order.is_overdue(&leading, Timestamp(6)));
        leading.stage = Stage::Replied;
        leading.reply = "好".to_owned();
        let order = order.send(&leading, &PersonId::from("p"), Timestamp(6)).expect("sent");
        assert!(!order.is_overdue(&leading, Timestamp(9)));
    }
}
