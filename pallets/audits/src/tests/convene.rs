use codec::MaxEncodedLen;
use frame_support::{assert_noop, assert_ok};
use medshare_traits::Panels;
use medshare_types::{AccountId, Review, ReviewState, Subject};

use crate::{DrawQueue, Error, Event, MAX_CALLER_EXCLUDED, mock::*};

#[test]
fn queues_the_draw_and_files_the_review_under_its_holder() {
    ExtBuilder::default().build_and_execute(|| {
        let new = new_review(RECORD, HOLDER);
        assert_ok!(Audits::convene(new.clone()));

        let stored = review(RECORD);
        assert_eq!((stored.record, stored.version, stored.holder), (7, 1, HOLDER));
        assert_eq!((stored.holder_key, stored.commitment), (new.holder_key, new.commitment));
        assert_eq!(stored.state, ReviewState::Drawing { at: 3 });
        assert_eq!(stored.opened, 1_000_000);
        assert!(stored.panel.is_empty());
        assert_eq!(DrawQueue::<Test>::get(3).len(), 1);
        assert_eq!(Audits::reviews_held(&HOLDER, 10), [(RECORD, stored.clone())]);
        assert_eq!(Audits::review(RECORD), Some(stored));
        assert_eq!(
            events(),
            [Event::Convened { subject: RECORD, record: 7, version: 1, holder: HOLDER, draw_at: 3 }]
        );
    });
}

#[test]
fn refuses_a_second_review_of_a_subject_even_after_the_first_ended() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(Audits::convene(new_review(RECORD, HOLDER)));
        assert_noop!(Audits::convene(new_review(RECORD, HOLDER)), Error::<Test>::AlreadyConvened);
        Audits::dissolve(RECORD);
        assert_noop!(Audits::convene(new_review(RECORD, HOLDER)), Error::<Test>::AlreadyConvened);
        assert_ok!(Audits::convene(new_review(CLAIM, HOLDER)));
        assert_ok!(Audits::convene(new_review(Subject::Record { record: 7, version: 2 }, HOLDER)));
    });
}

#[test]
fn heeds_eight_excluded_accounts_and_refuses_nine() {
    ExtBuilder::default().build_and_execute(|| {
        let mut new = new_review(RECORD, HOLDER);
        new.excluded = (100..).take(MAX_CALLER_EXCLUDED as usize + 1).collect();
        assert_noop!(Audits::convene(new.clone()), Error::<Test>::TooManyExcluded);
        new.excluded.pop();
        assert_ok!(Audits::convene(new));
        assert_eq!(review(RECORD).excluded.len(), 8);
    });
}

#[test]
fn the_lists_heed_their_limit() {
    ExtBuilder::default().build_and_execute(|| {
        for version in 1..=4 {
            assert_ok!(Audits::convene(new_review(Subject::Record { record: 7, version }, HOLDER)));
        }
        assert_eq!(Audits::reviews_held(&HOLDER, 3).len(), 3);
        assert_eq!(Audits::reviews_held(&HOLDER, 0).len(), 0);
        assert_eq!(Audits::reviews_held(&HOLDER, 10).len(), 4);
        assert_eq!(Audits::reviews_held(&KEEPER, 10).len(), 0);
    });
}

#[test]
fn a_review_is_as_small_as_the_docs_say() {
    assert!((2_000..2_200).contains(&Review::<AccountId>::max_encoded_len()));
}
