"""Records of gateways, callbacks and exports become usage events; a module for each shape."""
