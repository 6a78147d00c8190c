#include "app/segment_replay.hpp"

#include <algorithm>

#include "actors/recovery.hpp"
#include "app/account_config.hpp"
#include "config/account_state_json.hpp"
#include "engine/account_places.hpp"

namespace bellwether {
namespace {

std::string name_of(const SegmentNote& note) { return "segment " + std::to_string(note.number); }

}  // namespace

Expected<std::unique_ptr<OpenedSegment>> open_segment(EventLog& log, const std::vector<SegmentNote>& notes,
                                                      std::size_t index, const StrategyRegistry& registry) {
  auto segment = std::make_unique<OpenedSegment>();
  segment->note = notes[index];
  segment->last = index + 1 < notes.size() ? notes[index + 1].after : log.last_event();
  const auto refuse = [&](const Error& error) { return Error{"log", name_of(notes[index]) + ": " + error.text()}; };
  auto setup = setup_of(segment->note.metadata, registry);
  if (const auto* errors = std::get_if<std::vector<Error>>(&setup)) return refuse(errors->front());
  segment->setup = std::get<AccountSetup>(std::move(setup));
  segment->config = account_engine_config(segment->setup);
  const auto opening = log.segment_opening(segment->note.number);
  if (!opening) return opening.error();
  if (opening->state.empty()) {
    auto engine = Engine::make(segment->config, registry);
    if (!engine) return refuse(engine.error());
    segment->engine = std::move(*engine);
    return segment;
  }
  const auto state = account_state_of(opening->state);
  if (!state) return refuse(state.error());
  auto opened = Engine::open(segment->config, registry, *state);
  if (!opened) return refuse(opened.error());
  segment->engine = std::move(opened->engine);
  return segment;
}

Expected<bool> begins_as_this_ended(EventLog& log, const SegmentNote& next, const Engine& engine,
                                    const StrategyRegistry& registry) {
  const auto opening = log.segment_opening(next.number);
  if (!opening) return opening.error();
  auto begun = account_state_of(opening->state);
  if (!begun) return Error{"log", name_of(next) + ": " + begun.error().text()};
  const auto setup = setup_of(next.metadata, registry);
  if (const auto* errors = std::get_if<std::vector<Error>>(&setup)) return errors->front();
  const EngineConfig config = account_engine_config(std::get<AccountSetup>(setup));
  AccountState ended = engine.state();
  rename_holders(ended, config);
  auto opened = Engine::open(config, registry, ended);
  if (!opened) return opened.error();
  AccountState expected = opened->engine->state();
  for (const StrategyIndex fresh : opened->fresh) {
    for (AccountState* state : {&expected, &*begun}) {
      const auto found = std::ranges::find(state->strategies, config.strategies[fresh].id, &AccountStrategy::id);
      if (found != state->strategies.end()) found->saved.clear();
    }
  }
  return expected == *begun;
}

Expected<void> replay_segments(EventLog& log, const StrategyRegistry& registry, EventNumber after, EventNumber upto,
                               const TurnVisitor& visit) {
  const auto notes = log.segments();
  if (!notes) return notes.error();
  bool goes_on = true;
  for (std::size_t i = 0; i < notes->size() && goes_on; ++i) {
    const EventNumber last = i + 1 < notes->size() ? (*notes)[i + 1].after : upto;
    if ((*notes)[i].after >= upto) break;
    if (last <= after || last == (*notes)[i].after) continue;
    auto segment = open_segment(log, *notes, i, registry);
    if (!segment) return segment.error();
    const auto read =
        replay_turns(*(*segment)->engine, log, (*notes)[i].after, std::min(last, upto), [&](const Turn& turn) {
          goes_on = visit(turn, (*segment)->config);
          return goes_on;
        });
    if (!read) return read;
  }
  return {};
}

}  // namespace bellwether
