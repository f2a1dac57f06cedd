//! Stories, tables and properties of reaching people.

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const RULES: Rules = Rules {
    tries: 2,
    receipt_ms: 60_000,
    again_ms: 10_000,
    down_after: 3,
    night: Quiet { from_min: 1_320, to_min: 420 },
};

fn after(s: i64) -> Timestamp {
    NOW.plus_ms(s * 1_000)
}

fn way(channel: Channel) -> Way {
    Way { channel, address: "a".to_owned() }
}

fn reach(channels: &[Channel], quiet: Option<(u32, u32)>) -> Reach {
    Reach {
        person: "p".into(),
        ways: channels.iter().map(|channel| way(*channel)).collect(),
        quiet: quiet.map(|(from_min, to_min)| Quiet { from_min, to_min }),
    }
}

fn message(urgency: Urgency) -> Message {
    Message {
        id: "m".into(),
        to: "p".into(),
        key: "incident/i/p".to_owned(),
        about: ("incident".to_owned(), "i".to_owned()),
        urgency,
        text: "场镇社区有警情待核实".to_owned(),
        written_at: NOW,
        attempts: Vec::new(),
        state: State::Waiting,
        received_at: None,
    }
}

fn tried(channel: Channel, s: i64, ok: bool) -> Attempt {
    Attempt {
        channel,
        at: after(s),
        receipt: ok.then(|| "r".to_owned()),
        error: if ok { String::new() } else { "连接被拒绝".to_owned() },
        told: None,
    }
}

fn next(message: &Message, reach: &Reach, s: i64) -> Next {
    message.next(reach, &[], &RULES, after(s), 720)
}

#[test]
fn the_next_channel_is_tried_when_nothing_comes_back() {
    let both = reach(&[Channel::Desk, Channel::Sms], None);
    let one = message(Urgency::Alarm);
    assert_eq!(next(&one, &both, 0), Next::Send(way(Channel::Desk)));
    let one = one.tried(tried(Channel::Desk, 0, true));
    assert_eq!((one.state, next(&one, &both, 30)), (State::Sent, Next::Wait(after(60))));
    assert_eq!(next(&one, &both, 60), Next::Send(way(Channel::Sms)));
    let got = one.clone().received(after(65)).expect("he has it");
    assert_eq!((next(&got, &both, 70), got.received_at), (Next::Done, Some(after(65))));
    let one = one.tried(tried(Channel::Sms, 60, true));
    assert_eq!(next(&one, &both, 120), Next::GiveUp);
    assert_eq!(one.given_up().state, State::Sent, "it may have arrived");
}

#[test]
fn a_failed_channel_is_tried_again_later_and_then_passed_over() {
    let both = reach(&[Channel::Sms, Channel::Voice], None);
    let one = message(Urgency::Order).tried(tried(Channel::Sms, 0, false));
    assert_eq!((one.state, next(&one, &both, 5)), (State::Waiting, Next::Wait(after(10))));
    assert_eq!(next(&one, &both, 10), Next::Send(way(Channel::Sms)));
    let one = one.tried(tried(Channel::Sms, 10, false));
    assert_eq!(next(&one, &both, 11), Next::Send(way(Channel::Voice)));
    let one = one.tried(tried(Channel::Voice, 11, false)).tried(tried(Channel::Voice, 30, false));
    assert_eq!(next(&one, &both, 60), Next::GiveUp);
    assert_eq!(one.given_up().state, State::Failed);
}

/// Who never said when he is not to be woken has the town's night: a notice waits on his desk, an alarm rings.
#[test]
fn of_whom_never_said_when_no_notice_wakes_in_the_night() {
    let both = reach(&[Channel::Desk, Channel::Sms], None);
    for (urgency, minute, wanted) in [
        (Urgency::Notice, 23 * 60, Next::Wait(after(60).plus_ms(8 * 3_600_000))),
        (Urgency::Notice, 6 * 60 + 59, Next::Wait(after(60).plus_ms(60_000))),
        (Urgency::Notice, 7 * 60, Next::Send(way(Channel::Sms))),
        (Urgency::Order, 2 * 60, Next::Send(way(Channel::Sms))),
        (Urgency::Alarm, 2 * 60, Next::Send(way(Channel::Sms))),
    ] {
        let one = message(urgency);
        assert_eq!(
            one.next(&both, &[], &RULES, NOW, minute),
            Next::Send(way(Channel::Desk)),
            "{urgency:?} {minute}"
        );
        let one = one.tried(tried(Channel::Desk, 0, true));
        assert_eq!(one.next(&both, &[], &RULES, after(60), minute), wanted, "{urgency:?} {minute}");
    }
}

#[test]
fn quiet_hours_hold_back_notices_and_nothing_else() {
    let night = reach(&[Channel::Sms], Some((22 * 60, 7 * 60)));
    for (urgency, minute, wanted) in [
        (Urgency::Notice, 23 * 60, Next::Wait(NOW.plus_ms(8 * 3_600_000))),
        (Urgency::Notice, 6 * 60 + 59, Next::Wait(NOW.plus_ms(60_000))),
        (Urgency::Notice, 7 * 60, Next::Send(way(Channel::Sms))),
        (Urgency::Notice, 12 * 60, Next::Send(way(Channel::Sms))),
        (Urgency::Alarm, 2 * 60, Next::Send(way(Channel::Sms))),
        (Urgency::Order, 2 * 60, Next::Send(way(Channel::Sms))),
    ] {
        assert_eq!(message(urgency).next(&night, &[], &RULES, NOW, minute), wanted, "{urgency:?} {minute}");
    }
    let noon = Quiet { from_min: 720, to_min: 840 };
    assert!(noon.holds(720) && !noon.holds(840) && !noon.holds(0));
}

#[test]
fn a_channel_that_keeps_failing_is_down_and_passed_over_while_another_is_left() {
    let fails = [tried(Channel::Sms, 9, false), tried(Channel::Sms, 8, false), tried(Channel::Sms, 7, false)];
    assert_eq!(down(&fails, &RULES), [Channel::Sms]);
    assert_eq!(down(&fails[..2], &RULES), []);
    let mended = [&[tried(Channel::Sms, 10, true)], &fails[..]].concat();
    assert_eq!(down(&mended, &RULES), [], "one that went through mends it");
    let both = reach(&[Channel::Sms, Channel::Voice], None);
    let one = message(Urgency::Alarm);
    assert_eq!(one.next(&both, &[Channel::Sms], &RULES, NOW, 0), Next::Send(way(Channel::Voice)));
    let only = reach(&[Channel::Sms], None);
    assert_eq!(
        one.next(&only, &[Channel::Sms], &RULES, NOW, 0),
        Next::Send(way(Channel::Sms)),
        "better than nothing"
    );
}

#[test]
fn a_setting_that_reaches_nobody_is_refused() {
    assert_eq!(reach(&[], None).checked(), Err(MessageRefusal::NoWay));
    let bare =
        Reach { ways: vec![Way { channel: Channel::Email, address: " ".to_owned() }], ..reach(&[], None) };
    assert_eq!(bare.checked().map_err(|refusal| refusal.code()), Err("message.no_address"));
    let own = Reach { ways: vec![Way { channel: Channel::Sms, address: String::new() }], ..reach(&[], None) };
    assert!(own.checked().is_ok(), "his own telephone is meant");
    assert_eq!(reach(&[Channel::Desk], Some((0, 1_500))).checked(), Err(MessageRefusal::Quiet));
    let gone = message(Urgency::Alarm).dropped();
    assert_eq!(gone.received(NOW).map_err(|refusal| refusal.code()), Err("message.state"));
}

#[test]
fn what_a_gateway_tells_later_moves_on_what_failed_and_wakes_nobody_by_a_telephone_that_lies_there() {
    let all = reach(&[Channel::Sms, Channel::Voice], None);
    let told = |outcome| Told { outcome, at: after(5), reason: String::new() };
    let sent = |urgency| message(urgency).tried(tried(Channel::Sms, 0, true));
    // It failed: the next channel, at once, though the first was allowed two tries.
    let failed = sent(Urgency::Alarm).told(Channel::Sms, told(Outcome::Failed)).expect("told");
    assert_eq!((failed.state, next(&failed, &all, 5)), (State::Sent, Next::Send(way(Channel::Voice))));
    let alone = reach(&[Channel::Sms], None);
    assert_eq!(next(&failed, &alone, 5), Next::GiveUp);
    assert_eq!(failed.clone().given_up().state, State::Failed);
    // It lies on his telephone: enough for a notice, not for an alarm.
    let lies = sent(Urgency::Alarm).told(Channel::Sms, told(Outcome::Delivered)).expect("told");
    assert_eq!((lies.state, next(&lies, &all, 30)), (State::Sent, Next::Wait(after(60))));
    assert_eq!(next(&lies, &all, 60), Next::Send(way(Channel::Voice)));
    let read = sent(Urgency::Notice).told(Channel::Sms, told(Outcome::Delivered)).expect("told");
    assert_eq!((read.state, read.received_at), (State::Received, Some(after(5))));
    // He took the call, however late that is told and whatever was told before.
    let rung = lies.tried(tried(Channel::Voice, 60, true));
    let taken = rung.told(Channel::Voice, told(Outcome::Answered)).expect("told");
    assert_eq!((taken.state, next(&taken, &all, 61)), (State::Received, Next::Done));
    let again = failed.told(Channel::Sms, told(Outcome::Delivered)).expect("a failure that was none");
    assert!(again.attempts.iter().all(Attempt::went));
    let less = again.clone().told(Channel::Sms, told(Outcome::Failed)).expect("the first word holds");
    assert_eq!(less, again);
    let never = again.told(Channel::Voice, told(Outcome::Answered));
    assert_eq!(never.map_err(|refusal| refusal.code()), Err("message.nothing_sent"));
}

proptest! {
    /// Whatever fails: it ends, each channel is tried at most as often as allowed, and a pressing one never waits for morning.
    #[test]
    fn it_ends_and_nobody_is_rung_more_often_than_allowed(
        works in prop::collection::vec(any::<bool>(), 1..60),
        order in Just(vec![Channel::Desk, Channel::Sms, Channel::Voice, Channel::Wecom]).prop_shuffle(),
        n in 1_usize..5,
    ) {
        let reach = reach(&order[..n], Some((0, 1_440)));
        let mut one = message(Urgency::Alarm);
        let mut now = NOW;
        let mut works = works.into_iter().cycle();
        for _ in 0..200 {
            match one.next(&reach, &[], &RULES, now, 60) {
                Next::Send(way) => {
                    let ok = works.next().unwrap_or(true);
                    let receipt = ok.then(String::new);
                    one = one.tried(Attempt { channel: way.channel, at: now, receipt, error: String::new(), told: None });
                }
                Next::Wait(until) => {
                    prop_assert!(until > now && until.0 - now.0 <= 60_000);
                    now = until;
                }
                Next::GiveUp | Next::Done => break,
            }
        }
        prop_assert_eq!(one.next(&reach, &[], &RULES, now, 60), Next::GiveUp);
        for way in &reach.ways {
            let own = one.attempts.iter().filter(|attempt| attempt.channel == way.channel);
            prop_assert!(own.count() <= 2);
        }
    }
}
