use frame_support::assert_ok;
use medshare_types::*;

use crate::{
    Call, NextRequest, OpenRequests, Policies, ReceiptCount, RequestDeposits, Requests, RequestsOf, mock::*,
};

fn numbers(owner: Account, after: Option<RequestId>, limit: u32) -> Vec<RequestId> {
    Access::requests_of(&owner, after, limit).into_iter().map(|(id, _)| id).collect()
}

#[test]
fn pages_open_requests_in_ascending_order() {
    ExtBuilder.build_and_execute(|| {
        MaxOpenRequests::set(1_000);
        RequestDeposit::set(1);
        // More than 256, so that the order of the numbers differs from that of their little-endian bytes.
        for _ in 0..300 {
            request(DOCTOR, RECORD);
        }
        for request in (0..300).filter(|number| number % 3 == 0) {
            assert_ok!(send(DOCTOR, Call::cancel_request { request }));
        }
        let open: Vec<_> = (0..300).filter(|number| number % 3 != 0).collect();
        assert_eq!(numbers(OWNER, None, 1_000), open);
        let mut paged = Vec::new();
        loop {
            let page = numbers(OWNER, paged.last().copied(), 7);
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, open);
        assert_eq!(numbers(OWNER, Some(3), 2), [4, 5], "also after one that is closed");
        assert!(numbers(DOCTOR, None, 10).is_empty(), "they are listed for the owner");
        assert!(numbers(OWNER, None, 0).is_empty());
    });
}

#[test]
fn pages_receipts() {
    ExtBuilder.build_and_execute(|| {
        let receipt = |sequence| NewReceipt {
            sequence,
            record: RECORD,
            version: 1,
            accessor: BUYER,
            basis: FetchBasis::Preview,
            bytes: 1,
            at: START,
            request: Hash::zero(),
        };
        for first in [0, 4] {
            let receipts: Vec<_> = (first..first + 4).map(receipt).collect();
            assert_ok!(send(VAULTS[0], Call::post_receipts { receipts: receipts.try_into().expect("four") }));
        }
        let page = |from, limit| -> Vec<u64> {
            Access::receipts(RECORD, from, limit)
                .into_iter()
                .map(|receipt| receipt.content.sequence)
                .collect()
        };
        assert_eq!(page(0, 3), [0, 1, 2]);
        assert_eq!(page(3, 100), [3, 4, 5, 6, 7]);
        assert_eq!(page(7, u32::MAX), [7]);
        assert!(page(8, 3).is_empty());
        assert!(page(u32::MAX, u32::MAX).is_empty());
        assert!(page(0, 0).is_empty());
    });
}

#[test]
fn the_check_of_the_invariants_finds_what_is_wrong() {
    let broken = |damage: fn()| {
        let result = std::panic::catch_unwind(|| {
            ExtBuilder.build_and_execute(|| {
                request(DOCTOR, RECORD);
                damage();
            })
        });
        assert!(result.is_err());
    };
    broken(|| NextRequest::<Test>::put(0));
    broken(|| OpenRequests::<Test>::insert(DOCTOR, 2));
    broken(|| OpenRequests::<Test>::insert(BUYER, 0));
    broken(|| RequestDeposits::<Test>::insert(0, DEPOSIT + 1));
    broken(|| RequestDeposits::<Test>::insert(1, 0));
    broken(|| RequestsOf::<Test>::insert(OWNER, 1u64.to_be_bytes(), ()));
    broken(|| Requests::<Test>::remove(0));
    broken(|| Policies::<Test>::insert(77, care_only()));
    broken(|| ReceiptCount::<Test>::insert(RECORD, 1));
}
