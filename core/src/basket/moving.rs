//! Moving what is in one basket to another: tables that are split or merged, a guest who pays for what was theirs.

use comptoir_fiscal::values::Quantity;

use super::{Basket, BasketError, Content, Item, ItemId, Reduction, whole};

impl Basket {
    /// How much of an item there is; negative of a deposit given back.
    pub fn quantity_of(&self, id: ItemId) -> Option<Quantity> {
        self.cart.items.iter().find(|item| item.id == id).map(Item::quantity)
    }

    /// Moves an item, or so much of it, to another basket, with its price, reductions and seller. Returns its id there;
    /// an error leaves both as they were.
    pub fn move_item(&mut self, id: ItemId, qty: Option<Quantity>, to: &mut Basket) -> Result<ItemId, BasketError> {
        let (mut left, mut taken) = (self.clone(), to.clone());
        let item = left.change(|cart| {
            let item = cart.item(id)?;
            let Some(qty) = qty.filter(|qty| *qty != item.quantity()) else {
                let item = item.clone();
                cart.items.retain(|other| other.id != id);
                return Ok(item);
            };
            item.part(qty)
        })?;
        let new = taken.change(|cart| {
            let id = ItemId(cart.next_id);
            cart.next_id += 1;
            cart.items.push(Item { id, ..item });
            Ok(id)
        })?;
        (*self, *to) = (left, taken);
        Ok(new)
    }

    /// Puts everything of this basket into another too: items with their ids here and there, what is issued, notes. It
    /// is then to be dropped. Reductions of the whole ticket cannot follow, since they would reduce what is there already.
    pub fn pour_into(&self, to: &mut Basket) -> Result<Vec<(ItemId, ItemId)>, BasketError> {
        if !self.cart.discounts.is_empty() {
            return Err(BasketError::TicketDiscountStays);
        }
        to.change(|cart| {
            let mut moved = Vec::new();
            for item in &self.cart.items {
                let id = ItemId(cart.next_id);
                cart.next_id += 1;
                moved.push((item.id, id));
                cart.items.push(Item { id, ..item.clone() });
            }
            cart.issues.extend(self.cart.issues.iter().cloned());
            cart.notes.extend(&self.cart.notes);
            Ok(moved)
        })
    }
}

impl Item {
    fn quantity(&self) -> Quantity {
        match &self.content {
            Content::Single { qty, .. } => *qty,
            Content::Menu { count, .. } => Quantity::thousandths(i64::from(*count) * 1000),
        }
    }

    /// Takes so much of it out; it keeps the rest. A fixed amount off cannot be parted.
    fn part(&mut self, part: Quantity) -> Result<Item, BasketError> {
        let mut taken = self.clone();
        let label = self.label().to_owned();
        if part.get() <= 0 || part.get() >= self.quantity().get() {
            return Err(BasketError::NotThatMuch { label, qty: self.quantity() });
        }
        if self.discounts.iter().any(|discount| matches!(discount.reduction, Reduction::Amount(_))) {
            return Err(BasketError::AmountCannotBeParted { label });
        }
        match (&mut self.content, &mut taken.content) {
            (Content::Single { qty, tare, .. }, Content::Single { qty: there, tare: tare_there, .. }) => {
                (*qty, *there) = (*qty - part, part);
                (*tare, *tare_there) = (None, None);
            }
            (Content::Menu { count, .. }, Content::Menu { count: there, .. }) => {
                *there = whole(&label, part)?;
                *count -= *there;
            }
            _ => return Err(BasketError::UnknownItem),
        }
        Ok(taken)
    }

    fn label(&self) -> &str {
        match &self.content {
            Content::Single { article, .. } => &article.label,
            Content::Menu { label, .. } => label,
        }
    }
}

#[cfg(test)]
mod tests {
    use comptoir_fiscal::entry::Channel;
    use comptoir_fiscal::values::Cents;
    use proptest::prelude::*;

    use super::*;
    use crate::basket::Issue;
    use crate::catalogue::tests::{catalogue, menu, product};

    fn table() -> (Basket, ItemId) {
        let mut basket = Basket::new(None, Channel::Counter);
        let id = basket.add(&product("A", 250, 2000), Quantity::pieces(4), None).unwrap();
        (basket, id)
    }

    #[test]
    fn a_part_moves_with_its_percentage_and_the_rest_stays() {
        let (mut from, id) = table();
        from.discount_item(id, "Habitué", Reduction::Percent(1000)).unwrap();
        let mut to = Basket::new(None, Channel::Counter);
        let there = from.move_item(id, Some(Quantity::pieces(1)), &mut to).unwrap();
        assert_eq!((from.figures().ttc, to.figures().ttc), (Cents::new(675), Cents::new(225)));
        assert_eq!((from.quantity_of(id), to.quantity_of(there)), (Some(Quantity::pieces(3)), Some(Quantity::ONE)));
    }

    #[test]
    fn a_fixed_amount_off_moves_whole_and_is_never_parted() {
        let (mut from, id) = table();
        from.discount_item(id, "Geste", Reduction::Amount(Cents::new(99))).unwrap();
        let (before, mut to) = (from.clone(), Basket::new(None, Channel::Counter));
        let parted = from.move_item(id, Some(Quantity::ONE), &mut to);
        assert_eq!(parted, Err(BasketError::AmountCannotBeParted { label: "Le A".to_owned() }));
        assert_eq!((&from, to.is_empty()), (&before, true));
        from.move_item(id, Some(Quantity::pieces(4)), &mut to).unwrap();
        assert!(from.is_empty());
        assert_eq!(to.figures().ttc, Cents::new(901));
    }

    #[test]
    fn menus_are_parted_whole() {
        let menu = menu("M", 1290, &[("A", 1), ("B", 2)]);
        let catalogue = catalogue(vec![product("A", 900, 1000), product("B", 350, 2000)], vec![menu.clone()]).unwrap();
        let mut from = Basket::new(None, Channel::Counter);
        let id = from.add_menu(&menu, &catalogue, 3).unwrap();
        let whole = from.figures().ttc;
        let mut to = Basket::new(None, Channel::Counter);
        assert!(from.move_item(id, Some(Quantity::thousandths(1500)), &mut to).is_err());
        from.move_item(id, Some(Quantity::pieces(2)), &mut to).unwrap();
        assert_eq!(from.figures().ttc + to.figures().ttc, whole);
    }

    #[test]
    fn all_moves_but_not_past_a_reduction_of_the_whole_ticket() {
        let (mut from, _) = table();
        let (mut to, _) = table();
        from.set_notes(vec![7]);
        from.discount_ticket("Geste", Reduction::Percent(500)).unwrap();
        assert_eq!(from.pour_into(&mut to), Err(BasketError::TicketDiscountStays));
        from.clear_ticket_discounts().unwrap();
        assert_eq!(from.pour_into(&mut to).unwrap().len(), 1);
        assert_eq!((to.figures().ttc, to.notes()), (Cents::new(2000), &[7][..]));
    }

    #[test]
    fn money_taken_for_no_goods_does_not_join_goods() {
        let mut account = Basket::new(None, Channel::Counter);
        account.set_customer(Some("c-1")).unwrap();
        account.issue(Issue::Account { amount: Cents::new(500) }).unwrap();
        let (mut to, _) = table();
        let before = to.clone();
        assert!(account.pour_into(&mut to).is_err());
        assert_eq!(to, before);
    }

    proptest! {
        #[test]
        fn nothing_is_won_or_lost_by_moving_parts(price in 0i64..5000, pieces in 2i32..20, parts in prop::collection::vec(1i32..5, 0..6)) {
            let mut from = Basket::new(None, Channel::Counter);
            let id = from.add(&product("A", price, 2000), Quantity::pieces(pieces), None).unwrap();
            let whole = from.figures().ttc;
            let mut to = Basket::new(None, Channel::Counter);
            for part in parts {
                let (kept, there) = (from.clone(), to.clone());
                if from.move_item(id, Some(Quantity::pieces(part)), &mut to).is_err() {
                    prop_assert_eq!((&from, &to), (&kept, &there));
                }
                prop_assert_eq!(from.figures().ttc + to.figures().ttc, whole);
            }
        }
    }
}
