package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The manifests below k8s, read into Kubernetes' own types with nothing unknown let through. */
class KubernetesManifestsTest {
  private static final Path DIRECTORY = Path.of("k8s");
  private static final YAMLMapper YAML = strict();
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "v1/Namespace", Namespace.class,
          "v1/ServiceAccount", ServiceAccount.class,
          "v1/ConfigMap", ConfigMap.class,
          "v1/Service", Service.class,
          "apps/v1/DaemonSet", DaemonSet.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class);

  @TempDir Path directory;

  private record Image(String name, String newName, String newTag) {}

  private record Kustomization(
      String apiVersion, String kind, List<String> resources, List<Image> images) {}

  /** The types keep what they do not know in a map; here that is an error. */
  private static YAMLMapper strict() {
    YAMLMapper mapper = new YAMLMapper();
    mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    mapper.enable(com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    mapper.setAnnotationIntrospector(
        new JacksonAnnotationIntrospector() {
          private static final long serialVersionUID = 1L;

          @Override
          public Boolean hasAnySetter(Annotated annotated) {
            return false;
          }
        });
    return mapper;
  }

  private static HasMetadata parse(String yaml) throws JsonProcessingException {
    JsonNode tree = YAML.readTree(yaml);
    String kind = tree.path("apiVersion").asText() + "/" + tree.path("kind").asText();
    assertThat(KINDS).containsKey(kind);
    return YAML.readValue(yaml, KINDS.get(kind));
  }

  private static <T extends HasMetadata> T load(Class<T> type, String file) throws IOException {
    return type.cast(parse(Files.readString(DIRECTORY.resolve(file))));
  }

  private static Kustomization kustomization() throws IOException {
    return YAML.readValue(
        Files.readString(DIRECTORY.resolve("kustomization.yaml")), Kustomization.class);
  }

  @Test
  void everyFileIsListedAndOfAKnownShape() throws IOException {
    Kustomization all = kustomization();
    assertThat(all.apiVersion()).isEqualTo("kustomize.config.k8s.io/v1beta1");
    assertThat(all.kind()).isEqualTo("Kustomization");
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(all.resources().stream(), Stream.of("kustomization.yaml")).toList());
    }
    for (String file : all.resources()) {
      HasMetadata resource = parse(Files.readString(DIRECTORY.resolve(file)));
      assertThat(resource.getMetadata().getName()).as(file).isEqualTo("layerd");
      assertThat(resource.getMetadata().getNamespace())
          .as(file)
          .isEqualTo(resource instanceof Namespace ? null : "layerd");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "daemonset.yaml,hostNetwork:,hostNetwerk:",
    "daemonset.yaml,mountPropagation:,mountpropagation:",
    "daemonset.yaml,maxUnavailable:,maxUnavailible:",
    "daemonset.yaml,httpGet:,httpget:",
    "daemonset.yaml,requests:,request:",
    "service.yaml,targetPort:,targetport:",
    "networkpolicy.yaml,namespaceSelector:,nameSpaceSelector:",
    "serviceaccount.yaml,automountServiceAccountToken:,automountServiceAcountToken:",
  })
  void aMisspeltFieldIsFound(String file, String right, String wrong) throws IOException {
    String text = Files.readString(DIRECTORY.resolve(file));
    assertThat(text).contains(right);
    assertThatThrownBy(() -> parse(text.replace(right, wrong)))
        .isInstanceOf(UnrecognizedPropertyException.class)
        .hasMessageContaining(wrong.replace(":", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "daemonset.yaml,hostPID: true,hostPID: perhaps",
    "daemonset.yaml,failureThreshold: 150,failureThreshold: often",
    "service.yaml,port: 2376,port: docker",
  })
  void aValueOfTheWrongTypeIsFound(String file, String right, String wrong) throws IOException {
    String text = Files.readString(DIRECTORY.resolve(file));
    assertThat(text).contains(right);
    assertThatThrownBy(() -> parse(text.replace(right, wrong)))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void whatBelongsTogetherFitsTogether() throws IOException {
    DaemonSet set = load(DaemonSet.class, "daemonset.yaml");
    Map<String, String> labels = set.getSpec().getTemplate().getMetadata().getLabels();
    assertThat(labels).containsAllEntriesOf(set.getSpec().getSelector().getMatchLabels());
    assertThat(labels)
        .containsAllEntriesOf(load(Service.class, "service.yaml").getSpec().getSelector());
    assertThat(labels)
        .containsAllEntriesOf(
            load(NetworkPolicy.class, "networkpolicy.yaml")
                .getSpec()
                .getPodSelector()
                .getMatchLabels());
    PodSpec pod = set.getSpec().getTemplate().getSpec();
    Container container = pod.getContainers().getFirst();
    assertThat(container.getVolumeMounts().stream().map(VolumeMount::getName))
        .containsExactlyInAnyOrderElementsOf(
            pod.getVolumes().stream().map(Volume::getName).toList());
    assertThat(container.getPorts().stream().map(port -> port.getName()))
        .contains(
            load(Service.class, "service.yaml")
                .getSpec()
                .getPorts()
                .getFirst()
                .getTargetPort()
                .getStrVal());
    assertThat(kustomization().images())
        .extracting(Image::name)
        .containsExactly(container.getImage());
    assertThat(pod.getServiceAccountName())
        .isEqualTo(load(ServiceAccount.class, "serviceaccount.yaml").getMetadata().getName());
  }

  @Test
  void whatLayerdMountsIsSeenByTheNode() throws IOException {
    PodSpec pod = load(DaemonSet.class, "daemonset.yaml").getSpec().getTemplate().getSpec();
    DaemonConfig config = configuration();
    for (Path path : List.of(config.dataRoot(), config.execRoot())) {
      assertThat(pod.getContainers().getFirst().getVolumeMounts())
          .as("a mount that holds " + path)
          .anyMatch(
              mount ->
                  path.startsWith(mount.getMountPath())
                      && "Bidirectional".equals(mount.getMountPropagation()));
    }
  }

  @Test
  void theDaemonTakesItsConfigurationAndAnswersTheProbes() throws IOException {
    DaemonConfig config = configuration();
    assertThat(config.warnings()).isEmpty();
    Container container =
        load(DaemonSet.class, "daemonset.yaml")
            .getSpec()
            .getTemplate()
            .getSpec()
            .getContainers()
            .getFirst();
    for (Probe probe :
        List.of(
            container.getStartupProbe(),
            container.getLivenessProbe(),
            container.getReadinessProbe())) {
      assertThat(probe.getHttpGet().getHost() + ":" + probe.getHttpGet().getPort().getIntVal())
          .isEqualTo(config.healthAddress());
      assertThat(probe.getHttpGet().getPath()).startsWith("/q/health/");
    }
    assertThat(config.hosts().stream().map(HostAddress::toString))
        .contains("0.0.0.0:" + container.getPorts().getFirst().getContainerPort());
    String given = container.getArgs().get(container.getArgs().indexOf("--config-file") + 1);
    assertThat(container.getVolumeMounts())
        .anyMatch(
            mount ->
                "config".equals(mount.getName())
                    && given.equals(mount.getMountPath() + "/daemon.json"));
  }

  private DaemonConfig configuration() throws IOException {
    Path file = directory.resolve("daemon.json");
    Files.writeString(file, load(ConfigMap.class, "configmap.yaml").getData().get("daemon.json"));
    DaemonFlags flags = new DaemonFlags();
    flags.configFile = file.toString();
    return ConfigMerge.load(flags);
  }
}
