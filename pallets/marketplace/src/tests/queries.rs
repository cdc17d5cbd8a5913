use super::*;

#[test]
fn orders_come_in_pages_ascending_for_both_parties() {
    ExtBuilder::default().build_and_execute(|| {
        // Above 255 the order of the bytes matters.
        crate::NextOrder::<Test>::put(254);
        put_on_sale();
        let order = |who| Marketplace::order(signed(who), RECORD, 1, PRICE, Terms::default(), research());
        for who in [BUYER, OTHER_BUYER, 14, 15] {
            assert_ok!(order(who));
        }
        let page = |who, after, limit| -> Vec<OrderId> {
            Marketplace::orders_of(&who, after, limit).into_iter().map(|(id, _)| id).collect()
        };
        assert_eq!(page(SELLER, None, 10), [254, 255, 256, 257]);
        assert_eq!(page(SELLER, None, 2), [254, 255]);
        assert_eq!(page(SELLER, Some(255), 2), [256, 257]);
        assert_eq!(page(SELLER, Some(257), 2), [0; 0]);
        assert_eq!(page(SELLER, Some(3), 1), [254]);
        assert_eq!(page(14, None, 10), [256]);
        assert_eq!(page(KEEPER, None, 10), [0; 0]);
        assert_eq!(page(SELLER, None, 0), [0; 0]);
    });
}

#[test]
fn listings_come_in_pages_each_once() {
    ExtBuilder::default().build_and_execute(|| {
        for record in 100..125 {
            register(SELLER, record, 1);
            assert_ok!(Marketplace::list(signed(SELLER), record, 1, PRICE, Terms::default()));
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = Marketplace::listings(after, 10);
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            assert!(page.len() <= 10);
            seen.extend(page.into_iter().map(|(record, _)| record));
            if seen.len() == 10 {
                assert_ok!(Marketplace::delist(signed(SELLER), seen[9]));
            }
        }
        seen.sort();
        assert_eq!(seen, (100..125).collect::<Vec<_>>());
    });
}
