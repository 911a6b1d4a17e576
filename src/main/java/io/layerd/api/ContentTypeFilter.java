package io.layerd.api;

import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Leaves the charset out of the content type: dockerd says {@code application/json} and no more.
 */
public class ContentTypeFilter {
  @ServerResponseFilter
  void plainJson(ContainerResponseContext response) {
    if (response.hasEntity()) {
      response.getHeaders().putSingle(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON);
    }
  }
}
