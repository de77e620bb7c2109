// Registers the gradients of TensorFlow.js, which its core leaves out. They come as modules for bundlers, whose imports name no extension.
import { registerHooks } from "node:module";

const hooks = registerHooks({
  resolve(specifier, context, next) {
    const bundled = specifier.startsWith(".") && context.parentURL?.includes("/tfjs-core/dist/");
    return next(bundled && !specifier.endsWith(".js") ? `${specifier}.js` : specifier, context);
  },
});
await import("@tensorflow/tfjs-core/dist/register_all_gradients.js");
hooks.deregister();
