package io.layerd.container;

import java.util.List;
import java.util.Map;

/**
 * Which containers a list holds, newest first.
 *
 * @param all also those that do not run
 * @param limit the newest so many, running or not; 0 or less for no limit
 * @param sizes compute sizes
 * @param filters as in the API
 */
public record ListQuery(boolean all, int limit, boolean sizes, Map<String, List<String>> filters) {}
