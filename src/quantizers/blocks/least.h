#pragma once
#include <limits>

namespace halfstep::blocks {

// Up to `most` items, no more than kMost, rising in `error`, no two alike(); an item without a place in them
// is forgotten.
template <typename Item, int kMost>
class Least {
 public:
  explicit Least(int most = kMost) : most_(most) {}
  void clear() { count_ = 0; }
  int count() const { return count_; }
  const Item* begin() const { return items_; }
  const Item* end() const { return items_ + count_; }
  const Item& operator[](int k) const { return items_[k]; }
  // What an item's error has to be below.
  float limit() const {
    return count_ < most_ ? std::numeric_limits<float>::infinity() : items_[most_ - 1].error;
  }

  void add(const Item& item) {
    if (!(item.error < limit())) return;
    int at = 0;
    while (at < count_ && !alike(item, items_[at])) ++at;
    if (at == count_) {
      if (count_ < most_) ++count_;
      at = count_ - 1;
    } else if (!(item.error < items_[at].error)) {
      return;
    }
    for (; at > 0 && item.error < items_[at - 1].error; --at) items_[at] = items_[at - 1];
    items_[at] = item;
  }

 private:
  int most_, count_ = 0;
  Item items_[kMost];
};

}  // namespace halfstep::blocks
