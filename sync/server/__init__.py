"""The council's centre: keeps and orders what laptops write and hands each laptop what its worker may see."""
