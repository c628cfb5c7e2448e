//! The tree over the entries' hashes: RFC 6962, with SHA-256.
//!
//! A journal needs only its frontier, the roots of the perfect subtrees that its size is made of, to grow and to
//! state its root; proofs are made from all leaf hashes, and checked from the proof alone.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::values::Hash;

/// The leaf hash of an entry's canonical bytes, which is also the next entry's `prev`.
pub fn leaf_hash(data: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update([0u8]);
    sha.update(data);
    Hash::new(sha.finalize().into())
}

/// The hash of a node over its two children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut sha = Sha256::new();
    sha.update([1u8]);
    sha.update(left.as_bytes());
    sha.update(right.as_bytes());
    Hash::new(sha.finalize().into())
}

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Hash {
    Hash::new(Sha256::digest(bytes).into())
}

/// The roots of the perfect subtrees of a tree, largest first: all that is needed to add leaves to it.
///
/// It also keeps the few nodes that prove leaf 0 included at any later size, so that an archive never needs the
/// leaves before its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
    beside_leaf_0: Vec<Hash>,
}

impl Frontier {
    /// The frontier of an empty tree.
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// A frontier from the roots that a manifest lists, if a tree of that size has so many perfect subtrees. It
    /// grows like any other, but cannot prove leaf 0 included.
    pub fn from_roots(size: u64, roots: Vec<Hash>) -> Option<Frontier> {
        (roots.len() == size.count_ones() as usize).then_some(Frontier { size, roots, beside_leaf_0: Vec::new() })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest first.
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        let doubles = (self.size + 1).is_power_of_two();
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                if doubles && self.roots.is_empty() {
                    self.beside_leaf_0.push(node);
                }
                node = node_hash(&left, &node);
            }
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// The root of the tree; of an empty tree, the hash of nothing.
    pub fn root(&self) -> Hash {
        join(&self.roots).unwrap_or_else(|| sha256(&[]))
    }

    /// The proof that leaf 0 lies in the tree, as [`inclusion_proof`] would give it.
    pub fn inclusion_of_leaf_0(&self) -> Vec<Hash> {
        let mut proof = self.beside_leaf_0.clone();
        proof.extend(self.roots.get(1..).and_then(join));
        proof
    }
}

/// The root over leaf hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// The proof that leaf `index` lies in the tree over `leaves`: the sibling hashes from the leaf up (RFC 6962, 2.1.1).
/// None where there is no such leaf.
pub fn inclusion_proof(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    if leaves.len() == 1 {
        return Some(Vec::new());
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let mut proof;
    if index < left.len() {
        proof = inclusion_proof(left, index)?;
        proof.push(root(right));
    } else {
        proof = inclusion_proof(right, index - left.len())?;
        proof.push(root(left));
    }
    Some(proof)
}

/// The root that an inclusion proof leads to from leaf `index` of a tree of `size` leaves. None where the proof is
/// not of the length that such a tree asks for.
pub fn root_from_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut node, mut place, mut last) = (leaf, index, size - 1);
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            node = node_hash(sibling, &node);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            node = node_hash(&node, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(node)
}

/// The proof that the tree over the first `size` leaves is what the tree over all `leaves` grew from (RFC 6962,
/// 2.1.2). None where `size` is 0 or more than there are.
pub fn consistency_proof(leaves: &[Hash], size: usize) -> Option<Vec<Hash>> {
    fn subproof(leaves: &[Hash], size: usize, whole: bool) -> Vec<Hash> {
        if size == leaves.len() {
            return if whole { Vec::new() } else { vec![root(leaves)] };
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        let mut proof;
        if size <= left.len() {
            proof = subproof(left, size, whole);
            proof.push(root(right));
        } else {
            proof = subproof(right, size - left.len(), false);
            proof.push(root(left));
        }
        proof
    }
    (size > 0 && size <= leaves.len()).then(|| subproof(leaves, size, true))
}

/// Whether a proof shows that the tree of `old_size` with `old_root` is a prefix of that of `new_size` with `new_root`.
pub fn is_consistent(old_size: u64, old_root: Hash, new_size: u64, new_root: Hash, proof: &[Hash]) -> bool {
    if old_size == 0 || old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    let (mut place, mut last) = (old_size - 1, new_size - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let mut rest = proof.iter();
    let start = if place == 0 { Some(&old_root) } else { rest.next() };
    let Some(start) = start else { return false };
    let (mut old, mut new) = (*start, *start);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && old == old_root && new == new_root
}

/// The root over perfect subtrees, largest first.
fn join(roots: &[Hash]) -> Option<Hash> {
    roots.iter().rev().copied().reduce(|right, left| node_hash(&left, &right))
}

/// The largest power of two below `length`, which is at least 2.
fn split(length: usize) -> usize {
    length.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|i| leaf_hash(&i.to_le_bytes())).collect()
    }

    fn known() -> (Value, Vec<Hash>) {
        let known: Value = serde_json::from_str(include_str!("../../tests/vectors/known.json")).unwrap();
        let hashes = known["entries"].as_array().unwrap().iter().map(|e| hash(&e["hash"])).collect();
        (known, hashes)
    }

    fn hash(value: &Value) -> Hash {
        value.as_str().unwrap().parse().unwrap()
    }

    fn list(value: &Value) -> Vec<Hash> {
        value.as_array().unwrap().iter().map(hash).collect()
    }

    fn size(value: &Value) -> usize {
        usize::try_from(value["size"].as_u64().unwrap()).unwrap()
    }

    #[test]
    fn the_known_roots_and_frontiers_come_out_at_every_size() {
        let (known, hashes) = known();
        for case in known["roots"].as_array().unwrap() {
            assert_eq!(root(&hashes[..size(case)]), hash(&case["root"]));
        }
        for case in known["frontiers"].as_array().unwrap() {
            let mut frontier = Frontier::new();
            hashes[..size(case)].iter().for_each(|leaf| frontier.push(*leaf));
            assert_eq!(frontier.roots(), list(&case["roots"]));
        }
    }

    #[test]
    fn the_known_inclusion_proofs_come_out_and_hold() {
        let (known, hashes) = known();
        for case in known["inclusion"].as_array().unwrap() {
            let (size, seq) = (size(case), usize::try_from(case["seq"].as_u64().unwrap()).unwrap());
            let proof = inclusion_proof(&hashes[..size], seq).unwrap();
            assert_eq!(proof, list(&case["proof"]));
            let led_to = root_from_inclusion(hashes[seq], seq as u64, size as u64, &proof);
            assert_eq!(led_to, Some(root(&hashes[..size])));
        }
    }

    proptest! {
        #[test]
        fn every_leaf_is_proved_included_and_no_other_in_its_place(count in 1usize..70, at in any::<prop::sample::Index>()) {
            let leaves = leaves(count);
            let index = at.index(count);
            let proof = inclusion_proof(&leaves, index).unwrap();
            let size = count as u64;
            prop_assert_eq!(root_from_inclusion(leaves[index], index as u64, size, &proof), Some(root(&leaves)));
            prop_assert_ne!(root_from_inclusion(Hash::ZERO, index as u64, size, &proof), Some(root(&leaves)));
            let mut longer = proof.clone();
            longer.push(Hash::ZERO);
            prop_assert_ne!(root_from_inclusion(leaves[index], index as u64, size, &longer), Some(root(&leaves)));
        }

        #[test]
        fn every_prefix_is_proved_consistent_and_no_rewritten_one(count in 1usize..70, at in any::<prop::sample::Index>()) {
            let leaves = leaves(count);
            let old = at.index(count) + 1;
            let proof = consistency_proof(&leaves, old).unwrap();
            let (old_root, new_root) = (root(&leaves[..old]), root(&leaves));
            prop_assert!(is_consistent(old as u64, old_root, count as u64, new_root, &proof));
            let mut rewritten = leaves[..old].to_vec();
            rewritten[old / 2] = Hash::ZERO;
            prop_assert!(!is_consistent(old as u64, root(&rewritten), count as u64, new_root, &proof));
            for at in 0..proof.len() {
                let mut forged = proof.clone();
                forged[at] = Hash::ZERO;
                prop_assert!(!is_consistent(old as u64, old_root, count as u64, new_root, &forged));
            }
        }

        #[test]
        fn a_frontier_grows_to_the_same_root_from_any_size(count in 1usize..70, at in any::<prop::sample::Index>()) {
            let leaves = leaves(count);
            let cut = at.index(count);
            let mut frontier = Frontier::new();
            leaves[..cut].iter().for_each(|leaf| frontier.push(*leaf));
            let mut again = Frontier::from_roots(frontier.size(), frontier.roots().to_vec()).unwrap();
            leaves[cut..].iter().for_each(|leaf| again.push(*leaf));
            prop_assert_eq!(again.root(), root(&leaves));
            leaves[cut..].iter().for_each(|leaf| frontier.push(*leaf));
            prop_assert_eq!(frontier.inclusion_of_leaf_0(), inclusion_proof(&leaves, 0).unwrap());
        }
    }
}
