package io.layerd.build;

import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import io.layerd.registry.RegistryCredentials;
import io.layerd.spec.HostConfig;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What {@code POST /build} asks for.
 *
 * @param dockerfile path inside the context
 * @param tags names for the result
 * @param buildArgs values for ARG; null takes nothing, not even the environment's
 * @param labels put on the result
 * @param cacheFrom images that may stand in for steps
 * @param noCache run every step
 * @param uncached names of stages whose every step is run
 * @param pull ask the registry for base images that are here already
 * @param keepContainers leave the containers of all steps
 * @param forceRemove but none of them if the build fails
 * @param squash make one layer of all that the last stage does
 * @param target name or number of the last stage to build; may be empty
 * @param platform of base images; null for the host's
 * @param host limits, network and hosts of RUN
 * @param bases names of images that FROM and {@code --from} may name
 * @param credentials for a registry host, to pull base images
 * @param client what a client of BuildKit has for the steps; null for the classic builder
 */
public record BuildRequest(
    String dockerfile,
    List<Reference> tags,
    Map<String, @Nullable String> buildArgs,
    Map<String, String> labels,
    List<String> cacheFrom,
    boolean noCache,
    List<String> uncached,
    boolean pull,
    boolean keepContainers,
    boolean forceRemove,
    boolean squash,
    String target,
    @Nullable Platform platform,
    HostConfig host,
    Predicate<String> bases,
    Function<String, RegistryCredentials> credentials,
    @Nullable ClientSide client) {}
