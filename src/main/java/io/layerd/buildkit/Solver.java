package io.layerd.buildkit;

import io.layerd.rpc.RpcException;
import java.util.List;
import java.util.Map;

/** Runs builds, from the request to the output. */
final class Solver {
  private final Solves solves;
  private final Outputs outputs;
  private final CacheExports exports;

  Solver(Solves solves, Outputs outputs, CacheExports exports) {
    this.solves = solves;
    this.outputs = outputs;
    this.exports = exports;
  }

  /** A part of a build. */
  interface Part<T> {
    T get() throws RpcException, InterruptedException;
  }

  /**
   * Runs one; it is known by its reference meanwhile.
   *
   * @param wanted its outputs, which may be refused
   * @param work makes what is to be put out
   * @return what the client is told of the outputs
   */
  Map<String, String> run(Solve solve, Part<List<Outputs.Wanted>> wanted, Part<Solve.Result> work)
      throws RpcException, InterruptedException {
    solves.add(solve);
    try {
      List<Outputs.Wanted> places = wanted.get();
      Solve.Result result = exports.inline(solve, work.get());
      Map<String, String> told = outputs.write(solve, result, places);
      told.putAll(exports.write(solve, result));
      return told;
    } finally {
      solves.end(solve);
    }
  }
}
