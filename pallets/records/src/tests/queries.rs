use frame_support::{assert_ok, storage::unhashed};
use medshare_traits::RecordRegistry;
use medshare_types::*;

use crate::{Call, NextRecord, Pallet, RecordsOf, mock::*};

fn numbers(owner: Account, after: Option<RecordId>, limit: u32) -> Vec<RecordId> {
    Records::records_of(&owner, after, limit).into_iter().map(|(id, _)| id).collect()
}

#[test]
fn pages_the_records_of_an_owner_in_ascending_order() {
    ExtBuilder.build_and_execute(|| {
        world(|world| world.max_pending = 1_000);
        DepositBase::set(1);
        DepositPerByte::set(0);
        // More than 256, so that the order of the numbers differs from that of their little-endian bytes.
        for number in 0..300 {
            register(if number % 3 == 0 { OTHER } else { OWNER }, number);
        }
        let all: Vec<_> = (0..300).filter(|number| number % 3 != 0).collect();
        assert_eq!(numbers(OWNER, None, 1_000), all);
        let mut paged = Vec::new();
        loop {
            let page = numbers(OWNER, paged.last().copied(), 7);
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, all);
        assert_eq!(numbers(OWNER, Some(3), 2), [4, 5], "also after a number that is not the owner's");
        assert!(numbers(OWNER, Some(RecordId::MAX), 2).is_empty());
        assert!(numbers(OWNER, None, 0).is_empty());
        assert!(numbers(STRANGER, None, 10).is_empty());
    });
}

#[test]
fn lists_withdrawn_records() {
    ExtBuilder.build_and_execute(|| {
        register(OWNER, 1);
        assert_ok!(send(OWNER, Call::withdraw { record: 0 }));
        let [(0, record)] = &Records::records_of(&OWNER, None, 10)[..] else { panic!("one record") };
        assert!(record.withdrawn);
    });
}

#[test]
fn answers_about_versions() {
    ExtBuilder.build_and_execute(|| {
        System::set_block_number(6);
        register(OWNER, 1);
        assert_eq!(Records::anchor(0, 1), Some(Anchor { block: 6, moment: START }));
        assert_eq!(Records::anchor(0, 2), None);
        assert_eq!(Records::owner(0), Some(OWNER));
        assert_eq!(Records::owner(1), None);
        assert_eq!(Records::vaults(0, 1), VAULTS[..2]);
        assert!(Records::vaults(1, 1).is_empty());
        let key = Pallet::<Test>::record_version_key(0, 1);
        assert_eq!(unhashed::get::<RecordVersion<Account>>(&key), Some(stored(0, 1)));
    });
}

#[test]
fn the_check_of_the_invariants_finds_what_is_wrong() {
    let broken = |damage: fn()| {
        let result = std::panic::catch_unwind(|| {
            ExtBuilder.build_and_execute(|| {
                register(OWNER, 1);
                damage();
            })
        });
        assert!(result.is_err());
    };
    broken(|| NextRecord::<Test>::put(0));
    broken(|| RecordsOf::<Test>::insert(OTHER, 0u64.to_be_bytes(), ()));
    broken(|| crate::Pending::<Test>::insert(OWNER, 2));
    broken(|| crate::Pending::<Test>::insert(OTHER, 0));
    broken(|| crate::ByCiphertext::<Test>::remove(content(1).ciphertext));
    broken(|| crate::Versions::<Test>::remove(0, 1));
    broken(|| crate::Versions::<Test>::insert(0, 2, stored(0, 1)));
    broken(|| {
        crate::Versions::<Test>::mutate(0, 1, |version| version.as_mut().expect("registered").deposit += 1)
    });
    broken(|| {
        crate::Records::<Test>::mutate(0, |record| record.as_mut().expect("registered").withdrawn = true)
    });
}
