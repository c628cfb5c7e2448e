//! Roots at earlier sizes, for closings that name the newest checkpoint a witness had signed.
//!
//! The newest stretch of leaf hashes is kept, in blocks that each start with their frontier; older sizes are rare and
//! take a second pass over the file.

use std::collections::VecDeque;

use crate::merkle::Frontier;
use crate::values::Hash;

const BLOCK_LEAVES: usize = 1024;
const BLOCKS_MAX: usize = 64;

/// The newest leaf hashes of a tree.
#[derive(Debug, Default)]
pub(super) struct Roots {
    blocks: VecDeque<(Frontier, Vec<Hash>)>,
}

impl Roots {
    /// Takes the leaf that is about to be added to `frontier`.
    pub(super) fn push(&mut self, frontier: &Frontier, leaf: Hash) {
        match self.blocks.back_mut() {
            Some((_, leaves)) if leaves.len() < BLOCK_LEAVES => leaves.push(leaf),
            _ => {
                if self.blocks.len() == BLOCKS_MAX {
                    self.blocks.pop_front();
                }
                self.blocks.push_back((frontier.clone(), vec![leaf]));
            }
        }
    }

    /// The root when the tree had `size` leaves, if that is recent enough.
    pub(super) fn at(&self, size: u64) -> Option<Hash> {
        let (start, leaves) = self.blocks.iter().rev().find(|(start, _)| start.size() <= size)?;
        let count = usize::try_from(size - start.size()).ok()?;
        let mut frontier = start.clone();
        leaves.get(..count)?.iter().for_each(|leaf| frontier.push(*leaf));
        Some(frontier.root())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle;

    #[test]
    fn recent_roots_are_those_of_the_whole_tree_and_old_ones_are_forgotten() {
        let leaves: Vec<Hash> = (0u32..70_000).map(|n| merkle::leaf_hash(&n.to_le_bytes())).collect();
        let (mut roots, mut frontier) = (Roots::default(), Frontier::new());
        for leaf in &leaves {
            roots.push(&frontier, *leaf);
            frontier.push(*leaf);
        }
        for size in [6_144, 10_000, 65_536, 69_999, 70_000] {
            assert_eq!(roots.at(size as u64), Some(merkle::root(&leaves[..size])), "{size}");
        }
        assert_eq!(roots.at(70_001), None);
        assert_eq!(roots.at(100), None);
    }
}
