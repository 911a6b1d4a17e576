package io.layerd.daemon.nativeimage;

import com.fasterxml.jackson.core.type.TypeReference;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import com.github.luben.zstd.util.ZstdVersion;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jnr.constants.platform.Errno;
import org.graalvm.nativeimage.hosted.Feature;
import org.graalvm.nativeimage.hosted.RuntimeClassInitialization;
import org.graalvm.nativeimage.hosted.RuntimeJNIAccess;
import org.graalvm.nativeimage.hosted.RuntimeReflection;
import org.graalvm.nativeimage.hosted.RuntimeResourceAccess;

/** Registers with the image builder what is found by name at run time. */
final class ImageFeature implements Feature {
  private static final boolean INTEL = System.getProperty("os.arch", "").equals("amd64");

  private static final List<Class<?>> THROWN_BY_JFFI =
      List.of(
          IllegalArgumentException.class,
          IndexOutOfBoundsException.class,
          NullPointerException.class,
          OutOfMemoryError.class,
          RuntimeException.class,
          UnsatisfiedLinkError.class);

  private static final List<Class<?>> ZSTD_STREAMS =
      List.of(ZstdInputStreamNoFinalizer.class, ZstdOutputStreamNoFinalizer.class);

  private final Set<Class<?>> registered = ConcurrentHashMap.newKeySet();

  @Override
  public String getDescription() {
    return "layerd's JSON types, resources and shared libraries";
  }

  @Override
  public void afterRegistration(AfterRegistrationAccess access) {
    RunTimeClasses.among(access).forEach(RuntimeClassInitialization::initializeAtRunTime);
  }

  @Override
  public void beforeAnalysis(BeforeAnalysisAccess access) {
    access.registerSubtypeReachabilityHandler((_, type) -> json(type), Object.class);
    access.registerSubtypeReachabilityHandler(
        (_, type) -> RuntimeReflection.register(type), TypeReference.class);
    errorNumbers();
    resources();
    jffi(access);
    zstd();
  }

  /** JSON types are registered as soon as the builder sees that they are used. */
  private void json(Class<?> type) {
    if (JsonTypes.isJson(type)) {
      JsonTypes.withComponents(type).forEach(this::reflection);
    }
  }

  private void reflection(Class<?> type) {
    if (registered.add(type)) {
      RuntimeReflection.register(type);
      RuntimeReflection.register(type.getDeclaredConstructors());
      RuntimeReflection.register(type.getDeclaredMethods());
      RuntimeReflection.register(type.getDeclaredFields());
      if (type.isRecord()) {
        RuntimeReflection.registerAllRecordComponents(type);
      }
    }
  }

  private static void resources() {
    Module module = ImageFeature.class.getModule();
    RuntimeResourceAccess.addResource(module, "io/layerd/daemon/build.properties");
    RuntimeResourceAccess.addResource(module, "io/layerd/runtime/seccomp.json");
  }

  /** jnr looks for the numbers of this system in class files, which are there only now. */
  private static void errorNumbers() {
    for (Errno error : Errno.values()) {
      if (error.defined()) {
        Errno.valueOf(error.intValue()).description();
      }
    }
  }

  /** jffi unpacks its library, looks at its own version, and throws from native code. */
  private static void jffi(BeforeAnalysisAccess access) {
    Class<?> loader = type(access, "com.kenai.jffi.internal.StubLoader");
    RuntimeReflection.register(loader);
    RuntimeReflection.register(loader.getDeclaredMethods());
    Class<?> version = type(access, "com.kenai.jffi.Version");
    RuntimeReflection.register(version);
    RuntimeReflection.register(version.getDeclaredFields());
    String platform = INTEL ? "x86_64-Linux" : "aarch64-Linux";
    RuntimeResourceAccess.addResource(loader.getModule(), "jni/" + platform + "/libjffi-1.2.so");
    for (Class<?> thrown : THROWN_BY_JFFI) {
      RuntimeJNIAccess.register(thrown);
      RuntimeJNIAccess.register(thrown.getDeclaredConstructors());
    }
  }

  /** zstd-jni unpacks its library too, which leaves its positions in fields of the stream. */
  private static void zstd() {
    RuntimeResourceAccess.addResource(
        ZstdVersion.class.getModule(),
        "linux/%s/libzstd-jni-%s.so".formatted(INTEL ? "amd64" : "aarch64", ZstdVersion.VERSION));
    for (Class<?> stream : ZSTD_STREAMS) {
      RuntimeJNIAccess.register(stream);
      RuntimeJNIAccess.register(stream.getDeclaredFields());
    }
  }

  private static Class<?> type(BeforeAnalysisAccess access, String name) {
    Class<?> type = access.findClassByName(name);
    if (type == null) {
      throw new IllegalStateException("not on the class path: " + name);
    }
    return type;
  }
}
